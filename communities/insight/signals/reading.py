"""All signals of one region, read from its figures, and how the planner asks for them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property

from communities.insight.signals.affinity import Part, TechnicianAffinity, affinities, figures_of
from communities.insight.signals.cells import Cell, table_of
from communities.insight.signals.communities import (
    CommunityPriority,
    CommunityUpsell,
    priorities,
    sale_values,
    upsells,
)
from communities.insight.signals.days import WEEK, Demand, ServiceDays, service_days
from communities.insight.signals.durations import LearnedDuration, durations, quantile
from communities.insight.signals.policy import SignalPolicy
from communities.insight.signals.shrinkage import Design


@dataclass(frozen=True)
class Signals:
    """All signals of one reading, in a stable order; zeros are kept for their evidence.

    Whatever is not known is worth nothing: minutes are 0, a duration is None, every day is a service day.
    """

    policy: SignalPolicy = field(default_factory=SignalPolicy)
    affinities: tuple[TechnicianAffinity, ...] = ()
    priorities: tuple[CommunityPriority, ...] = ()
    upsells: tuple[CommunityUpsell, ...] = ()
    durations: tuple[LearnedDuration, ...] = ()
    service_days: tuple[ServiceDays, ...] = ()

    def minutes_of(self, technician: str, community: str, service_type: str) -> float:
        """What sending the technician is worth."""
        known = self._known(technician, community, service_type)
        return known.minutes if known else 0.0

    def parts_of(self, technician: str, community: str, service_type: str) -> Mapping[str, Part]:
        """The figures behind it, by name: csat, fix, upsell."""
        known = self._known(technician, community, service_type)
        return known.parts if known else {}

    def priority_of(self, community: str) -> float:
        """Minutes added to the price of leaving out a visit there."""
        return self._priority.get(community, 0.0)

    def upsell_of(self, community: str, service_type: str) -> float:
        """Minutes by which expected sales lift such a visit above the same elsewhere."""
        return self._upsell.get((community, service_type), 0.0)

    def service_seconds(self, service_type: str, technician: str, community: str) -> int | None:
        """Seconds on site at the policy's quantile; None where too few such visits were completed."""
        of_type = self._duration.get(("service_type", service_type))
        if of_type is None:
            return None
        effects = [
            known.log_mean
            for key in (("technician", technician), ("community", community))
            if (known := self._duration.get(key)) is not None
        ]
        return round(60 * quantile(of_type.log_mean + sum(effects), of_type.spread, self.policy))

    def waits_until(self, community: str, on: date) -> date:
        """The community's first service day from `on`; `on` itself if that is one."""
        days = self._service_days.get(community, WEEK)
        return next(day for n in range(7) if (day := on + timedelta(n)).isoweekday() in days)

    def _known(self, technician: str, community: str, service_type: str) -> TechnicianAffinity | None:
        """The most special affinity there is: it contains the others."""
        keys = (
            (technician, community, service_type),
            (technician, community, None),
            (technician, None, None),
        )
        return next((self._affinity[key] for key in keys if key in self._affinity), None)

    @cached_property
    def _affinity(self) -> Mapping[tuple[str, str | None, str | None], TechnicianAffinity]:
        return {(one.technician, one.community, one.service_type): one for one in self.affinities}

    @cached_property
    def _priority(self) -> Mapping[str, float]:
        return {one.community: one.minutes for one in self.priorities}

    @cached_property
    def _upsell(self) -> Mapping[tuple[str, str], float]:
        return {(one.community, one.service_type): one.minutes for one in self.upsells}

    @cached_property
    def _duration(self) -> Mapping[tuple[str, str], LearnedDuration]:
        return {
            (level, name): one
            for one in self.durations
            for level in ("service_type", "technician", "community")
            if (name := getattr(one, level)) is not None
        }

    @cached_property
    def _service_days(self) -> Mapping[str, Sequence[int]]:
        return {one.community: one.weekdays for one in self.service_days}


def read_signals(
    cells: Iterable[Cell],
    policy: SignalPolicy | None = None,
    demands: Iterable[Demand] = (),
    workdays: Sequence[int] = WEEK,
) -> Signals:
    """The signals that the figures of one region give under a policy.

    The order of the cells, and how a day's counts are spread over them, has no influence. `demands` are for the
    service days, which are ISO weekdays out of `workdays`.
    """
    policy = policy or SignalPolicy()
    design = Design.of(table_of(cells))
    sale_minor = sale_values(design, policy)
    return Signals(
        policy=policy,
        affinities=tuple(affinities(design, figures_of(design.table, policy, sale_minor), policy)),
        priorities=tuple(priorities(design, policy)),
        upsells=tuple(upsells(design, sale_minor, policy)),
        durations=tuple(durations(design, policy)),
        service_days=tuple(service_days(demands, policy, workdays)),
    )
