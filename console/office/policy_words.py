"""A policy in words: what each of its numbers means, its unit and its bounds, and how people write it."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from decimal import Decimal
from enum import Enum, auto

from django.conf import settings
from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from communities.insight.signals import SignalPolicy
from communities.insight.signals.policy import BOUNDS, PLANNERS_CAP
from core.money import DECIMALS


class Unit(Enum):
    """What a number is of."""

    MINUTES = auto()
    SHARE = auto()
    POINTS = auto()
    TIMES = auto()
    DAYS = auto()
    ANSWERS = auto()
    MONEY = auto()


UNITS: Mapping[Unit, Promise] = {
    Unit.MINUTES: _("{n} min"),
    Unit.SHARE: _("{n} %"),
    Unit.POINTS: _("{n} points"),
    Unit.TIMES: _("× {n}"),
    Unit.DAYS: _("{n} days"),
    Unit.ANSWERS: _("{n} answers"),
    Unit.MONEY: _("{currency} {n}"),
}


@dataclass(frozen=True, slots=True)
class Setting:
    """A number of a policy. People write shares in per cent, and money in whole units of the currency."""

    name: str
    title: Promise
    meaning: Promise
    unit: Unit = Unit.MINUTES

    def shown(self, value: float, currency: str) -> Decimal:
        """As people write it, exactly: 0.9 is 90 per cent."""
        number = Decimal(str(value)) * self._scale(currency)
        return number.quantize(Decimal(1)) if number == number.to_integral_value() else number.normalize()

    def stored(self, shown: Decimal, currency: str) -> float:
        """What a policy keeps of what somebody wrote."""
        return float(shown / self._scale(currency))

    def words(self, value: float, currency: str) -> Promise:
        """With its unit."""
        return self._with_unit(f"{self.shown(value, currency):f}", currency)

    def bounds(self, currency: str) -> Promise:
        """From where to where it may go."""
        low, high = self.ends(currency)
        if high is None:
            frame = _("more than {low}") if BOUNDS[self.name].is_open else _("at least {low}")
            return format_lazy(frame, low=self._with_unit(f"{low:f}", currency))
        frame = _("between {low} and {high}") if BOUNDS[self.name].is_open else _("{low} to {high}")
        return format_lazy(frame, low=f"{low:f}", high=self._with_unit(f"{high:f}", currency))

    def admits(self, shown: Decimal, currency: str) -> bool:
        """Whether it is within them."""
        low, high = self.ends(currency)
        if BOUNDS[self.name].is_open:
            return low < shown and (high is None or shown < high)
        return low <= shown and (high is None or shown <= high)

    def ends(self, currency: str) -> tuple[Decimal, Decimal | None]:
        """The least and the most, as people write them; None: there is no most."""
        bounds = BOUNDS[self.name]
        least, most = bounds.least, bounds.most
        if self.name == "min_answers":
            least = settings.INSIGHT_MIN_RESPONDENTS
        if self.name in CAPS:
            most = PLANNERS_CAP
        return self.shown(least, currency), None if most == float("inf") else self.shown(most, currency)

    def _scale(self, currency: str) -> Decimal:
        if self.unit is Unit.MONEY:
            return Decimal(1).scaleb(-DECIMALS[currency])
        return Decimal(100) if self.unit is Unit.SHARE else Decimal(1)

    def _with_unit(self, number: str, currency: str) -> Promise:
        return format_lazy(UNITS[self.unit], n=number, currency=currency)


CAPS = ("csat_cap", "fix_cap", "upsell_cap")
"""Together they may be no more than the planner counts."""

GROUPS: tuple[tuple[Promise, tuple[Setting, ...]], ...] = (
    (
        _("Which communities come first"),
        (
            Setting(
                "target_csat",
                _("Target for satisfaction"),
                _("A community with a lower CSAT comes before others when the day is full."),
                Unit.POINTS,
            ),
            Setting(
                "target_hit_rate",
                _("Target for requests in time"),
                _("So does one in which a smaller share of requests is resolved in time."),
                Unit.SHARE,
            ),
            Setting(
                "priority_csat_minutes",
                _("A missing point of satisfaction"),
                _("Leaving out a visit there costs so much more for each point below the target."),
            ),
            Setting(
                "priority_hit_minutes",
                _("Missing punctuality"),
                _("And so much more if no request at all were resolved in time; in proportion."),
            ),
            Setting("priority_cap", _("Priority at most"), _("Both together count no more than this.")),
        ),
    ),
    (
        _("Who goes where"),
        (
            Setting(
                "csat_minutes",
                _("A point of satisfaction"),
                _("What it is worth to send somebody after whom customers say one point more."),
            ),
            Setting("csat_cap", _("Satisfaction at most"), _("More does not count, for or against anybody.")),
            Setting(
                "fix_minutes",
                _("Fixed at the first visit"),
                _("What it is worth to send somebody who always settles it, not somebody who never does."),
            ),
            Setting("fix_cap", _("First visits at most"), _("More does not count, for or against anybody.")),
            Setting(
                "upsell_weight",
                _("Weight of sales"),
                _("How much it counts what a technician sells beyond others. 0 leaves sales out."),
                Unit.TIMES,
            ),
            Setting(
                "minor_per_minute",
                _("A minute of travel in money"),
                _("Sales of so much are worth one minute."),
                Unit.MONEY,
            ),
            Setting("upsell_cap", _("Sales at most"), _("More does not count, for or against anybody.")),
        ),
    ),
    (
        _("Fairness between communities"),
        (
            Setting(
                "equity_bound",
                _("Bound of sales"),
                _("Expected sales lift one community above another by so much at most."),
            ),
        ),
    ),
    (
        _("How long visits take"),
        (
            Setting(
                "duration_weight",
                _("Learned durations"),
                _("0 % plans with the minutes of the service type, 100 % with what visits took."),
                Unit.SHARE,
            ),
            Setting(
                "duration_quantile",
                _("On the safe side"),
                _("50 % plans with the usual time; with 80 %, four of five visits take no longer."),
                Unit.SHARE,
            ),
            Setting(
                "duration_cap",
                _("Longer or shorter at most"),
                _("So many times as long as the service type says, or as short."),
                Unit.TIMES,
            ),
        ),
    ),
    (
        _("Service days"),
        (
            Setting(
                "waiting_minutes",
                _("A day of waiting"),
                _("What it costs that a request waits a day for the community's next service day."),
            ),
            Setting(
                "service_day_relief",
                _("Relief on other days"),
                _("The part of its penalty that a visit loses on other days, if it can wait."),
                Unit.SHARE,
            ),
        ),
    ),
    (
        _("What counts as known"),
        (
            Setting(
                "min_answers",
                _("Answers that are enough"),
                _("Of fewer answers, visits or offers, nothing is made."),
                Unit.ANSWERS,
            ),
            Setting(
                "half_life_days",
                _("Half-life of an answer"),
                _("After so long, an answer counts half."),
                Unit.DAYS,
            ),
        ),
    ),
    (
        _("Proof"),
        (
            Setting(
                "exploration_share",
                _("Held out for comparison"),
                _("So large a part of communities' weeks is planned without feedback, to see what it does."),
                Unit.SHARE,
            ),
        ),
    ),
)
SETTINGS: Mapping[str, Setting] = {one.name: one for _title, group in GROUPS for one in group}


@dataclass(frozen=True, slots=True)
class Changed:
    """A number that differs between two policies, in words."""

    name: str
    title: Promise
    before: Promise
    after: Promise


def changes(before: SignalPolicy, after: SignalPolicy, currency: str) -> list[Changed]:
    """What differs, in the order of the page."""
    return [
        Changed(name, one.title, *(one.words(getattr(policy, name), currency) for policy in (before, after)))
        for name, one in SETTINGS.items()
        if getattr(before, name) != getattr(after, name)
    ]


def merged(mine: SignalPolicy, seen: SignalPolicy, now: SignalPolicy) -> dict[str, float]:
    """What somebody wants who began with `seen`, on top of what is in force now: only what they changed. Together it
    may be more than a policy can be."""
    wanted, begun, in_force = asdict(mine), asdict(seen), asdict(now)
    return {name: value if value != begun[name] else in_force[name] for name, value in wanted.items()}
