"""What is measured of the pages, one after the other."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from uuid import UUID

from playwright.sync_api import Browser

from benchmarks.speed import Figure
from config.benchmarks.console.customers import pages_make
from config.benchmarks.console.dragging import dragging_figures
from config.benchmarks.console.living import Pace, living_figures
from config.benchmarks.console.loading import load, loading_figures
from config.benchmarks.console.window import Desk, answered, weight, window_open
from config.benchmarks.day import day_make

PAGE_KB = 100.0
USERNAME, PASSWORD = "bench", "correct horse battery staple"  # of a company that lives for minutes

Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Size:
    """How large a day, and how much is done with it. Of the visits every second one changes, the others are dragged."""

    visits: int = 1_000
    technicians: int = 100
    loads: int = 10
    drags: int = 100
    drops: int = 10
    pace: Pace = field(default_factory=Pace)


@dataclass(frozen=True, slots=True)
class World:
    """What the browser needs to know of the company it looks at: the database cannot be asked meanwhile."""

    board: str
    planned: tuple[UUID, ...]
    customers: Mapping[str, str]


def world_make(size: Size, progress: Progress) -> World:
    """A planned day, and a company with a page of each kind for customers."""
    progress(f"planning {size.visits} visits")
    day = day_make(size.visits, size.technicians, PASSWORD)
    planned = day.version.stops.order_by("route__technician__code", "sequence").values_list(
        "visit_id", flat=True
    )
    return World(f"/board?region={day.region.pk}&on={day.on}", tuple(planned), pages_make())


def board_figures(desk: Desk, world: World, size: Size, progress: Progress) -> Iterator[Figure]:
    """The dispatchers' board: loading it, dragging on it, leaving it open."""
    yield from loading_figures(desk, world.board, size.loads, progress)
    with desk.window() as page:
        load(page, world.board)
        yield from dragging_figures(page, size.drags, size.drops, progress)
        yield from living_figures(page, world.planned[::2], size.pace, progress)


def customer_figures(browser: Browser, url: str, world: World, progress: Progress) -> Iterator[Figure]:
    """What each page of a customer weighs on first load."""
    for name, path in world.customers.items():
        progress(f"a customer's page: {name}")
        with window_open(browser, base_url=url) as page, answered(page) as requests:
            answer = page.goto(path, wait_until="networkidle")
            assert answer is not None
            assert answer.ok, f"{name}: {answer.status}"
            yield Figure(f"a customer's page, {name}", weight(requests) / 1000, "kB", goal=PAGE_KB)
