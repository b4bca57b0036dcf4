"""Proof: what feedback does in each region, with its uncertainty, and beginning again where it was suspended."""

from dataclasses import dataclass
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from communities.access import Caller
from communities.errors import FeedbackNotSuspended, NotForYourRole, RegionUnknown
from communities.insight.experiment.sentences import NAMES, VERDICTS, level, meaning, signed
from communities.insight.experiment.words import Finding, Verdict
from communities.insight.sentences import Language
from communities.models import ExperimentReading, FeedbackSuspension, Region
from communities.selectors.experiment import experiment_list, standing_of
from communities.services.suspensions import feedback_resume
from console.office.pages import language_here, office_page, signed_in
from core.money import Money
from dispatch.explanations import name_in

LONGEST_REASON = 500
PLOT_WIDTH = 240
PLOT_MARGIN = 8


@dataclass(frozen=True, slots=True)
class Plot:
    """An interval on a line of PLOT_WIDTH: where no difference lies, and the effect with its two ends."""

    zero: int
    low: int
    effect: int
    high: int

    @classmethod
    def of(cls, low: float, effect: float, high: float) -> "Plot":
        """To scale, with no difference in the middle and the farther end at the margin."""
        half = PLOT_WIDTH / 2
        scale = (half - PLOT_MARGIN) / (max(abs(low), abs(high)) or 1)
        return cls(round(half), *(round(half + value * scale) for value in (low, effect, high)))


@dataclass(frozen=True, slots=True)
class Row:
    """A finding as the table shows it."""

    name: str
    neutral: str
    feedback: str
    effect: str
    interval: str
    plot: Plot | None
    verdict: Verdict
    meaning: str


@dataclass(frozen=True, slots=True)
class RegionShown:
    name: str
    region: Region
    reading: ExperimentReading | None
    suspension: FeedbackSuspension | None
    verdict: str
    rows: list[Row]


@require_safe
@signed_in
def proof(request: HttpRequest, caller: Caller) -> HttpResponse:
    """For administrators and regional managers; others have a day."""
    if not caller.answers_for_regions:
        return redirect("day")
    language = language_here(request, caller.organisation.language)
    regions = [_shown(region, caller, language) for region in experiment_list(caller).order_by("code")]
    context = {
        "regions": [one for one in regions if one.reading or one.suspension],
        "waiting": [one.name for one in regions if not (one.reading or one.suspension)],
        "width": PLOT_WIDTH,
        "longest": LONGEST_REASON,
    }
    return office_page(request, caller, "office/proof.html", context)


@require_POST
@signed_in
def resume(request: HttpRequest, caller: Caller, region_id: UUID) -> HttpResponse:
    """Plan the region with feedback again. Without a reason, or when it is already, nothing changes."""
    reason = request.POST.get("reason", "").replace("\0", "").strip()[:LONGEST_REASON]
    if reason:
        try:
            feedback_resume(caller=caller, region_id=region_id, reason=reason, now=timezone.now())
        except (RegionUnknown, NotForYourRole):
            raise Http404 from None
        except FeedbackNotSuspended:  # somebody was quicker
            pass
    return redirect("proof")


def _shown(region: Region, caller: Caller, language: Language) -> RegionShown:
    reading, suspension = standing_of(region)
    currency = caller.organisation.currency
    return RegionShown(
        name=name_in(region, language),
        region=region,
        reading=reading,
        suspension=suspension,
        verdict=VERDICTS[language][Verdict(reading.verdict)] if reading else "",
        rows=[_row(finding, currency, language) for finding in reading.found] if reading else [],
    )


def _row(finding: Finding, currency: str, language: Language) -> Row:
    def amount(minor: int) -> str:
        return str(Money(minor, currency))

    def shown(value: float | None) -> str:
        return "–" if value is None else level(finding.outcome, value, amount, language)

    def differs(value: float | None) -> str:
        return "–" if value is None else signed(finding.outcome, value, amount, language)

    interval = finding.interval
    return Row(
        name=NAMES[language][finding.outcome],
        neutral=shown(finding.neutral),
        feedback=shown(finding.feedback),
        effect=differs(finding.effect),
        interval=f"{differs(finding.low)} … {differs(finding.high)}" if interval else "–",
        plot=Plot.of(*interval) if interval else None,
        verdict=finding.verdict,
        meaning=meaning(finding, language),
    )
