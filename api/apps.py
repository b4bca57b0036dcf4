from django.apps import AppConfig


class ApiConfig(AppConfig):
    name = "api"

    def ready(self) -> None:
        from api import task_metrics  # noqa: F401 - importing connects it to Celery's signals
