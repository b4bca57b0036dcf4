"""The measurements as tables: for the terminal and for docs/benchmarks.md."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import fmean, geometric_mean

from benchmarks.compare import Pair, Run
from benchmarks.records import Record, Setting
from benchmarks.speed import Figure

TOWNS = "towns"
SPEED = "speed"
MONEY = "money"
INSIGHT = "insight"
PAGES = "pages"
GOALS = {
    "field": {"VROOM": 0.94, "PyVRP": 1.00},
    "city": {"VROOM": 0.90, "PyVRP": 0.80, "OR-Tools": 0.80},
    "full": {"VROOM": 0.94},
}
"""Class of towns → peer → Linli's cost at most this many times the peer's."""
GAP_GOALS = {"solomon": 0.005, "pillac": 0.010}
"""Set → mean gap to the best known at most this."""

INTRODUCTION = """\
# Benchmarks

Written by `./linli bench planner`, `money`, `insight` and `console`; how to run them, and how to add an instance set or
a peer, is in [benchmarks/README.md](../benchmarks/README.md).
"""

PROTOCOL = """\
Invented towns, clustered, technicians with homes of their own: see `benchmarks/town.py`. Cost is seconds of driving
plus the penalty of every visit left out (10 h of driving each; 2 h in the `full` towns, where there is too much
work). Each planner gives only who goes where in which order; one piece of code times these rounds, and the
planner's checker, which shares no code with its search, judges and prices them. A plan that breaks a rule has no
cost. Every planner has two threads or processes and the machine to itself: VROOM two threads, exploration level 5
(1 above 1,000 visits), ending by itself; PyVRP two seeds, the better one counts; OR-Tools guided local search and
iterated local search side by side, the better one counts; Timefold (the open edition by its Python package, which
needs Java) two seeds, the better one counts. Then Linli runs with two searches for as long as that
peer took, 2 s at least. Reading the problem and loading libraries is outside every clock.
"""

SPEED_NOTE = """\
Linli by itself, in the same invented towns: `benchmarks/speed.py` says what each measurement does. Two searches
wherever there is a time limit; the compiled kernels are loaded before each clock starts. What no plan costs less than,
over a peer's cost in the table above, is a ratio that no planner can go below.
"""

MONEY_NOTE = """\
A storm over the books: a payment provider (an imitation of Stripe, over HTTP) on which customers pay, are declined, get
money back and contest it sends its events in any order, some twice, until they are accepted, and somebody else sends
forged ones; meanwhile processes get SIGKILL, database connections are cut, and the broker is emptied. Web, worker and
beat are those of `./linli serve`. When nothing is left to do, every payment, refund, dispute, event, posting and
invoice is compared with the provider's books. See `config/benchmarks/storm/`.
"""

INSIGHT_NOTE = """\
Three years of an invented company (200 communities, 120 technicians, 80,000 customers, twelve kinds of service) as
facts in the ledger. Everything is counted from them, then one day again after as many new facts as a day has. Figures
are read over the API in the same process, JSON included, the network not. See `config/benchmarks/insight/`.
"""

PAGES_NOTE = """\
The pages in a browser (headless Chromium, which draws the map without a graphics card), against web, worker and beat as
`./linli serve` starts them, on the same machine. The board shows a day of 1,000 visits and 100 technicians, of which
the database has statistics. It is interactive once timeline, list and map have each answered the pointer with something
painted; times run from the beginning of the navigation, in a window that has been open for a second. A dragged visit's
sentence runs from the pointer's last event until what the move would do is painted; nine other events come before it,
each as soon as the browser has dealt with the last, so that the hand does not rest on its way. Each drag is of another
visit to another technician and time. For a busy day rows of visits are changed by four other connections, a transaction
each, as the services write them. The page asks every two seconds whether anything is new, so it shows many changes at
once. Bytes are as `./linli serve` sends them: answers compressed, files of the pages not, which they are in production.
See `config/benchmarks/console/`.
"""

SECTIONS = (
    (SPEED, "Speed and scale", SPEED_NOTE),
    (MONEY, "Money", MONEY_NOTE),
    (INSIGHT, "Figures", INSIGHT_NOTE),
    (PAGES, "Pages", PAGES_NOTE),
)
"""Figures without a peer: the set, its heading, what is said before them."""


@dataclass(frozen=True, slots=True)
class Table:
    """A heading and rows of text; the first `texts` columns are words, the others figures."""

    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    texts: int = 1

    def markdown(self) -> str:
        """The table in Markdown."""
        rule = ["---" if column < self.texts else "--:" for column in range(len(self.headings))]
        return "\n".join(f"| {' | '.join(row)} |" for row in (self.headings, rule, *self.rows))


def summary(records: Iterable[Record]) -> Table:
    """Each class of towns beside each peer: the mean ratio, the worst, and the goal."""
    groups: dict[tuple[str, str], list[Pair]] = {}
    for record in records:
        for pair in record.pairs:
            kind = record.instance.partition("-")[0]
            groups.setdefault((kind, pair.peer.planner), []).append(pair)
    rows = tuple(_summary_row(kind, peer, pairs) for (kind, peer), pairs in groups.items())
    return Table(("towns", "peer", "instances", "mean ratio", "worst ratio", "goal", ""), rows, texts=2)


def _summary_row(kind: str, peer: str, pairs: Sequence[Pair]) -> tuple[str, ...]:
    ratios = [pair.ratio for pair in pairs if pair.ratio is not None]
    goal = GOALS.get(kind, {}).get(peer)
    mean = f"{geometric_mean(ratios):.3f}" if ratios else "–"
    worst = f"{max(ratios):.3f}" if ratios else "–"
    counted = str(len(ratios)) if len(ratios) == len(pairs) else f"{len(ratios)} of {len(pairs)}"
    return kind, peer, counted, mean, worst, _limit(goal), _met(max(ratios, default=None), goal)


def details(records: Iterable[Record]) -> Table:
    """Each instance beside each peer; seconds, cost and visits left out of the peer's and of Linli's."""
    headings = ("instance", "peer", "s", "cost", "out", "Linli s", "cost", "out", "ratio")
    rows = [_detail_row(record.instance, pair) for record in records for pair in record.pairs]
    return Table(headings, tuple(rows), texts=2)


def _detail_row(instance: str, pair: Pair) -> tuple[str, ...]:
    share = "–" if pair.ratio is None else f"{pair.ratio:.3f}"
    return instance, pair.peer.planner, *_figures(pair.peer), *_figures(pair.linli), share


def objections(records: Iterable[Record]) -> list[str]:
    """What was wrong with each answer that has no cost, a sentence each."""
    found: dict[str, None] = {}
    for record in records:
        runs = [run for pair in record.pairs for run in (pair.peer, *pair.ways, pair.linli)]
        for run in [*runs, *([record.linli] if record.linli else [])]:
            reason = _objection(run)
            if reason:
                found[f"{record.instance}, {run.planner} for {run.seconds:.0f} s: {reason}"] = None
    return list(found)


def _objection(run: Run) -> str:
    if run.verdict is None:
        return run.failure
    first = run.verdict.violations[:1]
    return f"{len(run.verdict.violations)} violations, the first {first[0]}" if first else ""


def ways(records: Iterable[Record]) -> Table:
    """Single processes of the peers that have two."""
    rows = [
        (record.instance, way.planner, *_figures(way))
        for record in records
        for pair in record.pairs
        for way in pair.ways
    ]
    return Table(("instance", "process", "s", "cost", "out"), tuple(rows), texts=2)


def _figures(run: Run) -> tuple[str, str, str]:
    """Seconds, cost, visits left out; a word in place of the cost where it has none."""
    verdict = run.verdict
    if verdict is None:
        return f"{run.seconds:.1f}", "failed", "–"
    if verdict.violations:
        return f"{run.seconds:.1f}", "unsound", str(verdict.left_out)
    return f"{run.seconds:.1f}", f"{verdict.cost_s:,}", str(verdict.left_out)


def _limit(goal: float | None) -> str:
    return "–" if goal is None else f"≤ {goal:.2f}"


def _met(share: float | None, goal: float | None) -> str:
    if goal is None:
        return ""
    return "met" if share is not None and share <= goal else "missed"


def gap_summary(records: Sequence[Record]) -> Table:
    """The mean gap of each class of a published set and of the whole."""
    classes: dict[str, list[Record]] = {}
    for record in records:
        classes.setdefault(_class(record.instance), []).append(record)
    rows = [(name, *_gaps(members)) for name, members in classes.items()]
    return Table(("class", "instances", "mean gap", "worst gap"), (*rows, ("all", *_gaps(records))))


def _class(instance: str) -> str:
    """By Solomon's names: RC2 of RC204, the digit being the width of the windows."""
    found = re.match(r"[A-Z]+\d", instance)
    return found.group() if found else instance


def _gaps(records: Sequence[Record]) -> tuple[str, str, str]:
    gaps = [record.gap for record in records if record.gap is not None]
    counted = str(len(gaps)) if len(gaps) == len(records) else f"{len(gaps)} of {len(records)}"
    if not gaps:
        return counted, "–", "–"
    return counted, f"{fmean(gaps):.2%}", f"{max(gaps):.2%}"


def gap_details(records: Iterable[Record]) -> Table:
    """Each instance of a published set."""
    rows = tuple(_gap_row(record) for record in records)
    return Table(("instance", "s", "Linli", "out", "best known", "gap"), rows)


def _gap_row(record: Record) -> tuple[str, ...]:
    assert record.linli is not None
    seconds, cost, left_out = _figures(record.linli)
    if record.linli.cost_s is not None:
        cost = f"{record.linli.cost_s / record.unit_s:,.1f}"
    gap = "–" if record.gap is None else f"{record.gap:.2%}"
    return record.instance, seconds, cost, left_out, f"{record.best_known:,.1f}", gap


def figures(records: Iterable[Record]) -> Table:
    """Each figure beside its goal."""
    rows = tuple(_figure_row(figure) for record in records for figure in record.figures)
    return Table(("what", "measured", "goal", ""), rows)


def _figure_row(figure: Figure) -> tuple[str, ...]:
    goal = "–" if figure.goal is None else f"≤ {_quantity(figure.goal, figure.unit)}"
    met = {None: "", True: "met", False: "missed"}[figure.met]
    return figure.what, _quantity(figure.value, figure.unit), goal, met


def _quantity(value: float, unit: str) -> str:
    """Three digits that count, no more."""
    digits = 0 if value == int(value) or value >= 100 else 1 if value >= 10 else 2
    return f"{value:,.{digits}f} {unit}".rstrip()


def page(records: Sequence[Record], plot: str | None, notes: dict[str, str]) -> str:
    """docs/benchmarks.md: `plot` is the picture's address seen from there, `notes` a paragraph for each
    published set."""
    towns = [record for record in records if record.set == TOWNS]
    parts = [INTRODUCTION]
    if towns:
        parts += _town_parts(towns, plot)
    for name, title, note in SECTIONS:
        members = [record for record in records if record.set == name]
        if members:
            parts += [f"## {title}", note, figures(members).markdown(), _settings(members)]
    for name, note in notes.items():
        members = [record for record in records if record.set == name]
        if members:
            parts += _gap_parts(name, members, note)
    return "\n".join(part if part.endswith("\n") else f"{part}\n" for part in parts)


def _town_parts(towns: Sequence[Record], plot: str | None) -> list[str]:
    parts = ["## Field-service days", PROTOCOL, summary(towns).markdown(), details(towns).markdown()]
    single = ways(towns)
    if single.rows:
        parts += ["The processes of the peers that run two:\n", single.markdown()]
    parts += _list(objections(towns))
    if plot:
        parts.append(f"![Linli's best cost over time, and where the peers ended]({plot})")
    return [*parts, _settings(towns)]


def _gap_parts(name: str, members: Sequence[Record], note: str) -> list[str]:
    goal = f"Goal: a mean gap of at most {GAP_GOALS[name]:.1%}."
    tables = [gap_summary(members).markdown(), gap_details(members).markdown()]
    tables += _list(objections(members))
    return [f"## {name.capitalize()}", note, goal, *tables, _settings(members)]


def _list(sentences: Sequence[str]) -> list[str]:
    return ["\n".join(f"- {one}" for one in sentences)] if sentences else []


def _settings(records: Iterable[Record]) -> str:
    """Each way in which these were measured, with its instances where there are several ways."""
    by_setting: dict[Setting, list[str]] = {}
    for record in records:
        by_setting.setdefault(record.setting, []).append(record.instance)
    return "\n".join(
        f"- {one.date}, `{one.command}`: {one.machine}; {one.versions}"
        + (f"; seeds: {one.seeds}" if one.seeds else "")
        + (f" ({', '.join(names)})" if len(by_setting) > 1 else "")
        for one, names in by_setting.items()
    )
