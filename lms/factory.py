"""The application factory: the only file, beside the plan of rooms and the commands, that knows all rooms."""

import os
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from flask import Flask, Response, current_app, jsonify
from flask_migrate import Migrate
from flask_wtf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix

from lms import config, rooms
from lms.core import access, api, catalogues, clock, error_pages, events, jobs, media, observe, openapi, waiting, web
from lms.core.database import db
from lms.core.limits import limiter
from lms.core.locale import babel, babel_locale
from lms.identity import queries as identity_queries
from lms.identity.views import login_manager
from lms.scenarios import replies

VERSION = "0.1.0"
csrf = CSRFProtect()


def create_app(overrides: Mapping[str, Any] | None = None, environ: Mapping[str, str] | None = None) -> Flask:
    """The application. ``overrides`` win over the environment (tests)."""
    root = config.ROOT
    app = Flask(
        "lms",
        instance_path=str(Path((environ or os.environ).get("LMS_INSTANCE") or root / "instance").resolve()),
        root_path=str(root / "lms"),
        template_folder=str(root / "templates"),
        static_folder=str(root / "static"),
        static_url_path="/static",
    )
    app.config.update(config.settings(environ or os.environ, Path(app.instance_path)))
    app.config.update(overrides or {})
    try:
        replies.choose(app.config["LMS_REPLY_SCORER"])
    except LookupError as fault:
        raise RuntimeError(str(fault.args[0])) from None
    Path(app.instance_path).mkdir(parents=True, exist_ok=True)
    register_extensions(app)
    register_core(app)
    register_rooms(app)
    rooms.register_commands(app)
    return app


def register_extensions(app: Flask) -> None:
    """The libraries, each told of the application."""
    app.json = api.Json(app)
    db.init_app(app)
    Migrate(app, db, directory=str(config.ROOT / "lms" / "migrations"), render_as_batch=True)
    csrf.init_app(app)
    limiter.init_app(app)
    login_manager.init_app(app)
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = str(catalogues.compiled(Path(app.instance_path)))
    babel.init_app(app, locale_selector=babel_locale, timezone_selector=lambda: app.config["LMS_TIMEZONE"])
    from flask_bootstrap import Bootstrap5  # noqa: PLC0415 - it patches Jinja at import; only the factory needs it

    Bootstrap5(app)
    if proxies := app.config["LMS_PROXIES"]:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=proxies, x_proto=proxies, x_host=proxies)  # type: ignore[method-assign]


def register_core(app: Flask) -> None:
    """What floor 0 offers to all rooms."""
    app.extensions["lms.job_bell"] = threading.Event()
    app.extensions["lms.token_reader"] = lambda token: identity_queries.person_of_token(token, clock.now())
    observe.register(app)
    web.register(app, rooms.NAVIGATION)
    error_pages.register(app)
    app.register_blueprint(media.bp)


def register_rooms(app: Flask) -> None:
    """Pages, API, listeners and jobs of every room."""
    for blueprint in rooms.PAGES:
        app.register_blueprint(blueprint)
    for blueprint in rooms.APIS:
        app.register_blueprint(blueprint)
        csrf.exempt(blueprint)
    events.register(app, rooms.LISTENERS)
    for workers, periodic in rooms.JOBS:
        jobs.register(app, workers, periodic)
    app.extensions["lms.gauges"].extend(rooms.GAUGES)
    waiting.register(app, rooms.WAITING)

    @app.get(f"{api.PREFIX}/openapi.json")
    @access.requires(access.PUBLIC)
    def describe_api() -> Response:
        """The API's own description."""
        if "lms.openapi" not in current_app.extensions:
            current_app.extensions["lms.openapi"] = openapi.document("Service Academy", VERSION, rooms.APIS)
        return jsonify(current_app.extensions["lms.openapi"])
