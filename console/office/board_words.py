"""What the board's scripts say. The page carries the texts in the reader's language; {gaps} are filled there."""

from collections.abc import Mapping

from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from communities.insight.sentences import Language
from console.office.words import PLAN_STATES, VISIT_STATES
from dispatch.explanations import TERMS

SAID: Mapping[str, Promise] = {
    "age": _("asked {span} ago"),
    "allowed": _("Possible"),
    "any_time": _("any time"),
    "asked": _("Asked for"),
    "cancel": _("Stop planning"),
    "close": _("Close"),
    "communities": _("Communities: {number}"),
    "cost": _("Cost so far: {minutes} min"),
    "discard": _("Discard"),
    "draft": _("New plan, version {number}"),
    "due_in": _("due in {span}"),
    "failed": _("The planner could not make a plan."),
    "forbidden": _("Not possible"),
    "late_by": _("{minutes} min late"),
    "left_out": _("Left out"),
    "load": _("Visits: {visits}, travel {travel}"),
    "minutes": _("{minutes} min"),
    "move": _("Move"),
    "moved": _("Moved."),
    "moves": _("Visits that move: {number}"),
    "nobody": _("nobody"),
    "no_figures": _("No figures yet"),
    "no_map": _("This browser cannot draw the map."),
    "nothing_moves": _("Nothing moves."),
    "nothing_planned": _("Nothing is planned for this day yet."),
    "nothing_to_do": _("free"),
    "offline": _("No connection. Nothing was changed."),
    "other_technician": _("Another technician"),
    "other_time": _("Another time"),
    "others_move": _("Other visits that move: {number}"),
    "over_by": _("+{minutes} min overtime"),
    "overdue": _("overdue by {span}"),
    "overtime": _("Overtime"),
    "pause": _("Break"),
    "pin": _("Pinned to"),
    "pin_both": _("this technician and time"),
    "pin_nothing": _("nothing"),
    "pin_technician": _("this technician"),
    "pin_time": _("this time"),
    "pinned": _("pinned"),
    "pinned_now": _("Pinned."),
    "planning": _("Planning, version {number}"),
    "progress": _("Progress"),
    "promises": _("Promises broken"),
    "publish": _("Publish"),
    "published": _("Version {number} is the day's plan now."),
    "redone": _("Done again."),
    "seen": _("{technician}, {span} ago"),
    "shift": _("Working time"),
    "show_current": _("Show the current plan"),
    "show_draft": _("Show it on the board"),
    "shown_draft": _("Draft, version {number}"),
    "shown_plan": _("Published, version {number}"),
    "stale": _(
        "Somebody changed the plan in the meantime. You see it as it is now; nothing of yours was done."
    ),
    "start": _("Start"),
    "state": _("State"),
    "target": _("Target"),
    "technician": _("Technician"),
    "terms": _("Where the minutes come from"),
    "total": _("All costs"),
    "travel": _("Travel, h:min"),
    "undone": _("Undone."),
    "unpinned_now": _("Not pinned any more."),
    "visits": _("Visits"),
    "when": _("When"),
    "where": _("Where"),
    "window": _("Window"),
}
FIGURES: Mapping[str, Promise] = {
    "visits": _("Visits"),
    "csat": _("CSAT"),
    "on_time": _("On time"),
    "first_visit_fix": _("Fixed at first visit"),
    "resolve_hit_rate": _("Resolved in time"),
    "complaint_rate": _("Complaints"),
    "revenue": _("Revenue"),
}
"""What communities can be coloured by: names of the API's figures."""


def said(language: Language) -> dict[str, str]:
    """Every text by its name; those of fixed sets as `state.…`, `plan.…` and `term.…`."""
    with translation.override(language):
        words = {name: str(text) for name, text in SAID.items()}
        words |= {f"state.{state}": str(text) for state, text in VISIT_STATES.items()}
        words |= {f"plan.{state}": str(text) for state, text in PLAN_STATES.items()}
        left_out = {"term.unassigned": str(SAID["left_out"])}
        return words | left_out | {f"term.{term}": text for term, text in TERMS[language].items()}


def figures(language: Language) -> list[tuple[str, str]]:
    """Names and titles."""
    with translation.override(language):
        return [(name, str(title)) for name, title in FIGURES.items()]
