from django.apps import AppConfig


class WiringConfig(AppConfig):
    """Whoever sets Django up can send tasks: without the Celery application they would go to a default broker."""

    name = "config"
    label = "wiring"

    def ready(self) -> None:
        import config.celery  # noqa: F401
