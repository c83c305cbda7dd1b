"""What every template asks for many times a page, kept ready: words, addresses of pages and of static files."""

import functools
import hashlib
from collections import ChainMap
from collections.abc import KeysView, MutableMapping
from pathlib import Path
from typing import Any

from flask import Flask, current_app, has_request_context, request, url_for
from flask_babel import get_translations
from jinja2 import pass_eval_context
from jinja2.nodes import EvalContext
from markupsafe import Markup

from lms.core import locale
from lms.core.texts import LANGUAGES

MOST_WORDS = 20_000


def register(app: Flask) -> None:
    """Put these in the place of the ones Flask and Flask-Babel gave to Jinja."""
    app.extensions["lms.words"] = {language: {} for language in LANGUAGES}
    app.extensions["lms.static_files"] = {}
    parts = {"_": text, "gettext": text, "ngettext": counted_text, "url_for": page_url, "static_url": static_url}
    app.jinja_env.globals.update(parts)
    app.jinja_env.make_globals = functools.partial(_globals_of_template, app.jinja_env.globals)  # type: ignore[method-assign]


class _Globals(ChainMap[str, Any]):
    """Jinja compares the names in it at every import of a macro; a plain ``ChainMap`` looks each of them up in Python."""

    def keys(self) -> KeysView[str]:
        return {**self.maps[1], **self.maps[0]}.keys()


def _globals_of_template(shared: MutableMapping[str, Any], own: MutableMapping[str, Any] | None) -> _Globals:
    return _Globals(own if own is not None else {}, shared)


# ---- words --------------------------------------------------------------------


@pass_eval_context
def text(context: EvalContext, message: str, /, **values: Any) -> str:
    """The message in the reader's language, as Jinja's new-style gettext gives it: always a format string."""
    if not context.autoescape:
        return str(get_translations().ugettext(message)) % values
    known = current_app.extensions["lms.words"][locale.language()]
    ready: Markup | None = known.get(message)
    if ready is None:
        if len(known) > MOST_WORDS:
            known.clear()
        ready = known[message] = Markup(get_translations().ugettext(message))
    if not values:
        return ready % {} if "%" in ready else ready
    try:
        return _filled(ready, **values)
    except TypeError:  # a value that cannot be remembered
        return ready % values


@functools.lru_cache(maxsize=8192, typed=True)
def _filled(words: Markup, /, **values: Any) -> Markup:
    return words % values


@pass_eval_context
def counted_text(context: EvalContext, singular: str, plural: str, num: int, /, **values: Any) -> str:
    """The same for a message that counts; ``num`` is among its values."""
    found = str(get_translations().ungettext(singular, plural, num))
    return (Markup(found) if context.autoescape else found) % {"num": num, **values}


# ---- addresses ------------------------------------------------------------------


def page_url(endpoint: str, **values: Any) -> str:
    """``url_for`` with a memory: inside a request an address depends on its arguments and the script root only."""
    if endpoint.startswith((".", "static")) or not has_request_context():
        return url_for(endpoint, **values)
    try:
        return _address(request.script_root, endpoint, **values)
    except TypeError:  # a list among the values cannot be remembered
        return url_for(endpoint, **values)


@functools.lru_cache(maxsize=8192, typed=True)
def _address(_script_root: str, endpoint: str, /, **values: Any) -> str:
    return url_for(endpoint, **values)


def static_url(filename: str) -> str:
    """URL of one of our static files with its content's hash, so that it may be cached for ever."""
    if current_app.debug:
        return url_for("static", filename=filename)
    known = current_app.extensions["lms.static_files"]
    address = known.get(filename)
    if address is None:
        address = known[filename] = f"/static/{filename}?v={_hash(current_app.static_folder or '', filename)}"
    return f"{request.script_root}{address}"


def _hash(folder: str, filename: str) -> str:
    return hashlib.sha256((Path(folder) / filename).read_bytes()).hexdigest()[:12]
