"""Celery's side of insight: one service call each."""

from celery import shared_task
from django.utils import timezone


@shared_task  # type: ignore[untyped-decorator]
def metrics_refresh() -> None:
    from communities.services import metrics, windows

    windows.windows_turn(now=timezone.now())
    metrics.metrics_refresh()


@shared_task  # type: ignore[untyped-decorator]
def ledger_months() -> None:
    from communities.services import ledger

    ledger.months_ensure_ahead(now=timezone.now())


@shared_task  # type: ignore[untyped-decorator]
def signals_refresh() -> None:
    from communities.services import signals

    signals.signals_refresh_due(now=timezone.now())


@shared_task  # type: ignore[untyped-decorator]
def readings_refresh() -> None:
    from communities.services import readings

    readings.readings_refresh_due(now=timezone.now())


@shared_task  # type: ignore[untyped-decorator]
def lags_refresh() -> None:
    from communities.services import lag_readings

    lag_readings.lag_readings_refresh_due(now=timezone.now())


@shared_task  # type: ignore[untyped-decorator]
def goals_refresh() -> None:
    from communities.services import goals

    goals.goals_measure_due(now=timezone.now())


@shared_task  # type: ignore[untyped-decorator]
def standings_refresh() -> None:
    from communities.services import standings

    standings.standings_refresh_due(now=timezone.now())


@shared_task  # type: ignore[untyped-decorator]
def sessions_forget() -> None:
    from communities.services import sessions

    sessions.sessions_forget(now=timezone.now())
