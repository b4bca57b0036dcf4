from django.apps import AppConfig
from django.conf import settings

from core import logs


class CoreConfig(AppConfig):
    name = "core"

    def ready(self) -> None:
        logs.configure(settings.LOG_LEVEL, settings.LOG_FORMAT)
