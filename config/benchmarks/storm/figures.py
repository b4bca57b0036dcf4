"""What is printed of a storm, and kept."""

import statistics
from collections.abc import Iterator, Sequence

from benchmarks.speed import Figure
from config.benchmarks.storm.run import Outcome

SOON_S = 1.0


def storm_figures(outcome: Outcome) -> tuple[Figure, ...]:
    """What was done, what must be nothing, and how quick it was beside an address that does nothing."""
    return (*_done(outcome), *_nothing(outcome), *_speed(outcome))


def link_figures(seconds: Sequence[float]) -> tuple[Figure, ...]:
    """From a visit's completion to its link."""
    return (
        Figure(
            f"a completed visit's link in the API, median of {len(seconds)}",
            statistics.median(seconds),
            goal=SOON_S,
        ),
        Figure("the slowest of them", max(seconds)),
    )


def _done(outcome: Outcome) -> Iterator[Figure]:
    history = outcome.history
    yield Figure("events at the provider", outcome.events, "")
    yield Figure("messages sent", history.sent, "")
    yield Figure("of them duplicates", history.duplicated, "")
    yield Figure("of them after a later one about the same payment", history.reordered, "")
    yield Figure("of them forged", history.forged, "")
    yield Figure("sent again for want of an answer", history.again, "")
    for what, times in outcome.harm.items():
        yield Figure(what, times, "")


def _nothing(outcome: Outcome) -> Iterator[Figure]:
    found = outcome.findings
    yield Figure("lost", found.lost.total(), "", goal=0)
    yield Figure("applied twice, or otherwise than it is", found.surplus.total(), "", goal=0)
    yield Figure("left in the outbox", len(found.unfinished), "", goal=0)
    yield Figure("forged and accepted", len(outcome.history.forged_accepted), "", goal=0)
    yield Figure("at the provider, by its own books", found.expected_sums.get("provider", 0), "TWD")
    yield Figure("by our ledger", found.sums.get("provider", 0), "TWD")
    yield Figure("all accounts together: difference", found.difference, "TWD", goal=0)


def _speed(outcome: Outcome) -> Iterator[Figure]:
    taken, bare = (_p95_ms(some) for some in (outcome.history.seconds, outcome.history.bare_s))
    yield Figure("messages accepted in a second", len(outcome.history.seconds) / outcome.raged_s, "")
    yield Figure("accepting one, 95th percentile", taken, "ms")
    yield Figure("answering without doing anything, asked in turn", bare, "ms")
    yield Figure("the one over the other", taken / bare, "×")
    yield Figure("until the outbox was empty afterwards", outcome.settled_s)


def _p95_ms(seconds: Sequence[float]) -> float:
    return 1000 * statistics.quantiles(seconds, n=20)[-1]
