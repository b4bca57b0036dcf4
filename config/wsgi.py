"""The web application, for granian or any WSGI server."""

import os

from django.core.wsgi import get_wsgi_application

from config import celery  # noqa: F401 - so that tasks are sent to our broker

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
application = get_wsgi_application()
