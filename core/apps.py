from django.apps import AppConfig
from django.conf import settings
from django.db.backends.signals import connection_created

from core import logs
from core.timestamps import instants_read_quickly


class CoreConfig(AppConfig):
    name = "core"

    def ready(self) -> None:
        logs.configure(settings.LOG_LEVEL, settings.LOG_FORMAT)
        connection_created.connect(instants_read_quickly)
