"""What the board's scripts say. The page carries the texts in the reader's language; {gaps} are filled there."""

from collections.abc import Mapping

from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from communities.insight.figures import BY_NAME
from communities.insight.sentences import Language
from console.office.figure_words import TITLES, TOO_FEW
from console.office.words import PLAN_STATES, RECOVERY_CAUSES, VISIT_STATES
from dispatch.term_words import TERMS

SAID: Mapping[str, Promise] = {
    "accept_some": _("Accept the chosen"),
    "accepted": _("Version {number} is the day's plan now, with what you chose."),
    "age": _("asked {span} ago"),
    "allowed": _("Possible"),
    "along": _("goes along"),
    "along_with": _("goes along with {technician}"),
    "and_more": _("And {number} more."),
    "any_time": _("any time"),
    "asked": _("Asked for"),
    "came_since": _(
        "{visits} came to these technicians after this plan was made, and would be lost: plan again."
    ),
    "cancel": _("Stop planning"),
    "cancel_how": _("The request is cancelled with all its visits. This cannot be undone."),
    "cancel_now": _("Cancel the request"),
    "cancel_request": _("Cancel …"),
    "cancel_why": _("Why"),
    "close": _("Close"),
    "communities": _("Communities: {number}"),
    "cost": _("So far: cost {minutes} min, left out {left}"),
    "crew": _("Crew"),
    "customer": _("Customer and history"),
    "discard": _("Discard"),
    "draft": _("New plan, version {number}"),
    "due_in": _("due in {span}"),
    "failed": _("The planner could not make a plan."),
    "following": _("with all visits after it"),
    "forbidden": _("Not possible"),
    "goes_along": _("{technician} goes along"),
    "keeps_out": _("What keeps it out"),
    "late_by": _("{minutes} min late"),
    "leads": _("leads a crew of {number}"),
    "left_out": _("Left out"),
    "load": _("Visits: {visits}, travel {travel}"),
    "message": _("Message to the customer"),
    "minutes": _("{minutes} min"),
    "money_driving": _("Cost of driving"),
    "money_upsell_added": _("Sales, added by who goes"),
    "money_visits": _("Prices of the visits"),
    "move": _("Move"),
    "moved": _("Moved."),
    "moves": _("Visits that move: {number}"),
    "no_figures": _("No figures yet"),
    "no_map": _("This browser cannot draw the map."),
    "nobody": _("nobody"),
    "nobody_known": _("Nobody we know by name"),
    "not_sent_yet": _("not sent yet"),
    "not_read": _(
        "The day could not be read. This is tried again by itself; if that does not help, load the page again."
    ),
    "nothing_moves": _("Nothing moves."),
    "nothing_planned": _("Nothing is planned for this day yet."),
    "nothing_to_do": _("free"),
    "offline": _("No connection. Nothing was changed."),
    "one_bundle": _("All of it hangs together: it can be accepted whole only."),
    "other_technician": _("Another technician"),
    "other_time": _("Another time"),
    "others_cost": _("What others would cost"),
    "others_move": _("Other visits that move: {number}"),
    "over_by": _("+{minutes} min overtime"),
    "overdue": _("overdue by {span}"),
    "overtime": _("Overtime"),
    "owed": _("To be made good by {due}: {cause}"),
    "bundle_promises": _("promises broken: {number}"),
    "bundle_travel": _("travel {minutes} min"),
    "bundle_visits": _("{number} visits move"),
    "bundle_with": _("with these come {others}"),
    "bundles": _("Accept some of it: {number} bundles"),
    "bundles_how": _(
        "Technicians between whom visits move are accepted together. The rest of the new plan is dropped; undo brings "
        "the former plan back."
    ),
    "pause": _("Break"),
    "pin": _("Pinned to"),
    "pin_both": _("this technician and time"),
    "pin_leader": _("Only whoever leads the crew can be pinned."),
    "pin_nothing": _("nothing"),
    "pin_technician": _("this technician"),
    "pin_time": _("this time"),
    "pinned": _("pinned"),
    "pinned_now": _("Pinned."),
    "plan_again": _("The day has changed since this plan was made. Plan it again."),
    "planning": _("Planning, version {number}"),
    "progress": _("Progress"),
    "promises": _("Promises broken"),
    "publish": _("Publish"),
    "published": _("Version {number} is the day's plan now."),
    "redone": _("Done again."),
    "request_cancelled": _("The request is cancelled."),
    "said": _("rated {csat} of 5"),
    "seen": _("{technician}, {span} ago"),
    "shift": _("Working time"),
    "show_current": _("Show the current plan"),
    "show_draft": _("Show it on the board"),
    "shown_draft": _("Draft, version {number}"),
    "shown_plan": _("Published, version {number}"),
    "split": _("Split the crew"),
    "split_now": _("The crew is split: whoever leads goes alone."),
    "stale": _(
        "Somebody changed the plan in the meantime. You see it as it is now; nothing of yours was done."
    ),
    "stale_by": _(
        "{who} changed the plan in the meantime. You see it as it is now; nothing of yours was done."
    ),
    "start": _("Start"),
    "state": _("State"),
    "takes": _("takes {number} technicians"),
    "target": _("Target"),
    "technician": _("Technician"),
    "terms": _("Where the minutes come from"),
    "too_few": TOO_FEW,
    "total": _("All costs"),
    "travel": _("Travel, h:min"),
    "undone": _("Undone."),
    "unpinned_now": _("Not pinned any more."),
    "unreachable": _("Nobody with an e-mail address agreed to messages."),
    "visits": _("Visits"),
    "when": _("When"),
    "where": _("Where"),
    "who_leads": _("{technician} leads"),
    "window": _("Window"),
    "would_fit": _("What would let it in"),
    "write": _("Send"),
    "written": _("The message is on its way."),
}
FIGURES = ("visits", "csat", "on_time", "first_visit_fix", "resolve_hit_rate", "complaint_rate", "revenue")
"""What communities can be coloured by."""


def said(language: Language) -> dict[str, str]:
    """Every text by its name; those of fixed sets as `state.…`, `plan.…`, `cause.…` and `term.…`."""
    with translation.override(language):
        words = {name: str(text) for name, text in SAID.items()}
        words |= {f"state.{state}": str(text) for state, text in VISIT_STATES.items()}
        words |= {f"plan.{state}": str(text) for state, text in PLAN_STATES.items()}
        words |= {f"cause.{cause}": str(text) for cause, text in RECOVERY_CAUSES.items()}
        left_out = {"term.unassigned": str(SAID["left_out"])}
        return words | left_out | {f"term.{term}": text for term, text in TERMS[language].items()}


def figures() -> list[tuple[str, Promise, str]]:
    """Names, titles and units."""
    return [(name, TITLES[name], str(BY_NAME[name].unit)) for name in FIGURES]
