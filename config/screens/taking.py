"""`./linli screens` from its first step to its last."""

import time
from collections.abc import Collection, Iterable
from itertools import groupby
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from django.db import connection
from django.urls import URLPattern, resolve
from django.utils import timezone

from communities.models import Organisation
from communities.sample.generator import sample_city
from config.browser import chromium
from config.cli.demo import Demonstration, last_working_day
from config.demo.city import Company
from config.processes import Processes
from config.screens.album import Shown, album
from config.screens.camera import Camera
from config.screens.scene import Scene, scene_make
from console.screens import NO_PICTURE, SCREENS, Screen
from console.urls import urlpatterns
from core.models import Outbox
from dispatch.models import PolicyPreview
from dispatch.states import PreviewState

SEED = 1
WAIT_S = 120.0
INDEX = "README.md"


class Taken(NamedTuple):
    """The pages that came, and a sentence for each that did not."""

    shown: list[Shown]
    missed: list[str]


def pictures_take(folder: Path, only: Collection[str], logs: Path) -> Taken:
    """Play the demonstration, and picture its pages, or `only` these, into the folder; the index with all of them.

    Raises BrowserMissing, ProcessError, DomainError, RuntimeError, TimeoutError.
    """
    demonstration = Demonstration(SEED, last_working_day())
    demonstration.run()
    organisation = Organisation.objects.latest("created_at")
    with Processes.start(port=demonstration.port, logs=logs) as application:
        company = Company(organisation, sample_city(SEED), SEED)
        scene = scene_make(company, demonstration.next_day, timezone.now())
        _wait_for_workers()
        connection.close()  # the browser's loop lets nobody ask the database in this thread
        wanted = [screen for screen in SCREENS if not only or screen.name in only]
        taken = _pictures(application.url, scene, folder, wanted)
    if not only:
        (folder / INDEX).write_text(album(taken.shown), encoding="utf-8")
    return taken


def pages_without(shown: Iterable[Shown]) -> list[str]:
    """The names of pages that are in no picture."""
    seen = {resolve(urlsplit(one.address).path).url_name for one in shown}
    pages = {one.name for one in urlpatterns if isinstance(one, URLPattern) and one.name}
    return sorted(pages - seen - NO_PICTURE)


def _pictures(url: str, scene: Scene, folder: Path, wanted: list[Screen]) -> Taken:
    folder.mkdir(parents=True, exist_ok=True)
    with chromium() as browser:
        camera = Camera(browser, url, scene, folder)
        by_person = groupby(wanted, key=lambda one: one.who)
        shown = [one for who, theirs in by_person for one in camera.take(who, list(theirs))]
    return Taken(shown, camera.missed)


def _wait_for_workers() -> None:
    """Until they have done what is due; what they cannot do is no matter of pictures."""
    deadline = time.monotonic() + WAIT_S
    due = Outbox.objects.filter(done_at=None, failed_at=None, due_at__lte=timezone.now())
    tried = PolicyPreview.objects.filter(state__in=[PreviewState.QUEUED, PreviewState.SOLVING])
    while (due.exists() or tried.exists()) and time.monotonic() < deadline:
        time.sleep(0.5)
