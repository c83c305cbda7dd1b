"""How gunicorn serves the application: threads, and one worker of background jobs inside the first process."""

import os
from typing import Any

from lms.core import jobs

worker_class = "gthread"
threads = int(os.environ.get("LMS_THREADS", "8"))
timeout = 60
graceful_timeout = 20
keepalive = 30
accesslog = None
preload_app = False
control_socket_disable = True

EMBED = os.environ.get("LMS_EMBEDDED_JOBS", "on") != "off"


def post_worker_init(worker: Any) -> None:
    """Start the job worker with the server; with LMS_EMBEDDED_JOBS=off run `flask jobs run` instead."""
    if EMBED:
        worker.stop_jobs = jobs.embed(worker.wsgi)


def worker_exit(_server: Any, worker: Any) -> None:
    """Let a running job finish and start no other."""
    if stop := getattr(worker, "stop_jobs", None):
        stop.set()
