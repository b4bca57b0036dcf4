"""Wiring only: settings, urls, the Celery application, the embedded services and the command line."""
