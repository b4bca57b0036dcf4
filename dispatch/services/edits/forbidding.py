"""What forbids a change by hand: the checker's violations, with the figures that people are told."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Self

from dispatch.edit_words import broken_sentence
from dispatch.errors import EditForbidden
from dispatch.explanations import language_asked
from dispatch.models import Visit
from dispatch.services.edits.sheet import Sheet
from dispatch.solver.checker import Cause, Violation
from dispatch.solver.edits import Trial


@dataclass(frozen=True)
class Broken:
    """A rule (a `Cause` of the checker, `begun` or `no_shift`), and the figures for its sentence (`edit_words`)."""

    rule: str
    figures: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of_visit(cls, rule: str, visit: Visit) -> Self:
        """A rule that needs no more than the visit to be told."""
        return cls(rule, {"visit": visit.work_order.number})


def forbidden(broken: Sequence[Broken]) -> EditForbidden:
    """The refusal, which names every rule, in the language asked for."""
    language = language_asked()
    told = [{"rule": one.rule, "text": broken_sentence(one.rule, one.figures, language)} for one in broken]
    return EditForbidden("; ".join(one["text"] for one in told), broken=told)


def broken_by(sheet: Sheet, trial: Trial) -> Iterator[Broken]:
    """Each rule once for what is told of it: a crew's visits are told of alike."""
    seen = set()
    for one in trial.broken:
        broken = Broken(str(one.cause), dict(_figures(sheet, trial, one)))
        if (key := broken_sentence(broken.rule, broken.figures)) not in seen:
            seen.add(key)
            yield broken


def _figures(sheet: Sheet, trial: Trial, one: Violation) -> Iterator[tuple[str, str]]:
    if one.shift is not None:
        yield "technician", one.shift
    if one.visit is not None:
        yield "visit", sheet.day.visits[one.visit].work_order.number
        yield "start", _clock(sheet, _start_s(trial, one.visit))
    if one.cause is Cause.SHIFT_SPAN and one.shift is not None:
        yield "back", _clock(sheet, trial.after[one.shift].arrival_s)
        yield "end", _clock(sheet, _until_s(sheet, one.shift))
    if one.cause is Cause.WINDOW and one.visit is not None:
        yield "windows", windows_told(sheet, one.visit)
    if one.cause in {Cause.SKILL, Cause.LEVEL} and one.visit is not None and one.shift is not None:
        yield "skills", _lacking(sheet, one.visit, one.shift)


def _start_s(trial: Trial, visit: str) -> int:
    stops = (stop for route in trial.plan.routes for stop in route.stops)
    return next((stop.start_s for stop in stops if stop.visit == visit), 0)


def _until_s(sheet: Sheet, name: str) -> int:
    return next(shift.until_s for shift in sheet.problem.shifts if shift.id == name)


def windows_told(sheet: Sheet, name: str) -> str:
    """When a visit may start: "09:00–11:00", several with commas."""
    windows = next(visit.windows for visit in sheet.problem.visits if visit.id == name)
    spans = (f"{_clock(sheet, one.earliest_start)}–{_clock(sheet, one.latest_start)}" for one in windows)
    return ", ".join(spans)


def _lacking(sheet: Sheet, name: str, technician: str) -> str:
    """The skills that the technician lacks, with the level asked for."""
    asked = next(visit.skills for visit in sheet.problem.visits if visit.id == name)
    held = next(shift.skills for shift in sheet.problem.shifts if shift.id == technician)
    return ", ".join(
        f"{skill} {level}" for skill, level in sorted(asked.items()) if held.get(skill, 0) < level
    )


def _clock(sheet: Sheet, seconds: int) -> str:
    return sheet.day.at(seconds).astimezone(sheet.day.region.organisation.zone).strftime("%H:%M")
