"""The WSGI application: ``wsgi:app``; the ``flask`` command finds it here too."""

from lms import create_app

app = create_app()
