"""How soon customers order again, read once a day for each region and segment, and kept."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from datetime import date
from uuid import UUID

from django.db import connection, transaction

from communities.insight.lifetime import Margin, margin_of, usual_worth
from communities.insight.retention import NextOrder, ReturnModel, Spell, next_order, return_model
from communities.models import CustomerStanding, Organisation, RetentionFit
from communities.services.order_days import ORDER_DAYS

CODE_VERSION = "2"  # to be raised whenever the same ledger would give another fit

Group = tuple[UUID | None, str]  # a region or all of them, a segment or all of them

# Equal spells are counted by the database, so that what is read grows with their variety and not with the ledger.
SPELLS = f"""
WITH fact AS (
    SELECT customer_id, kind, occurred_on, visit_id, data
    FROM communities_serviceevent
    WHERE organisation_id = %(organisation)s AND customer_id IS NOT NULL AND occurred_on <= %(on)s
      AND kind IN ('visit.completed', 'purchase.made', 'survey.answered')
), order_day AS ({ORDER_DAYS}
), spell AS (
    SELECT customer_id, csat, "on", lead("on") OVER mine AS next_on, row_number() OVER mine > 1 AS repeat
    FROM order_day
    WINDOW mine AS (PARTITION BY customer_id ORDER BY "on")
)
SELECT community.region_id, standing.segment, coalesce(spell.next_on, %(on)s) - spell."on",
       spell.next_on IS NOT NULL, spell.repeat, spell.csat, count(*)
FROM spell
JOIN communities_customerstanding AS standing USING (customer_id)
LEFT JOIN communities_community AS community ON community.id = standing.community_id
GROUP BY 1, 2, 3, 4, 5, 6
ORDER BY 1, 2, 3, 4, 5, 6
"""  # noqa: S608 the part is written in order_days.py


def retention_compute(*, organisation: Organisation, through_on: date) -> int:
    """Read the orders up to the end of `through_on` into one fit for each region and segment; how many are new.

    A day is read once: what is there stays. Costs one reading of the organisation's orders, and a few seconds for
    each region with hundreds of thousands of them.
    """
    if RetentionFit.objects.filter(organisation=organisation, through_on=through_on).exists():
        return 0
    margins = _margins(organisation)
    fits = [
        _fit(organisation, through_on, group, spells, margins.get(group[0]))
        for group, spells in _spells(organisation, through_on).items()
    ]
    with transaction.atomic():
        return len(RetentionFit.objects.bulk_create(fits, ignore_conflicts=True))


def _spells(organisation: Organisation, on: date) -> dict[Group, list[Spell]]:
    """The spells of each group. A customer belongs to the region and the segment of their standing."""
    groups: dict[Group, list[Spell]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(SPELLS, {"organisation": organisation.pk, "on": on})
        for region, segment, days, returned, repeat, csat, number in cursor.fetchall():
            spell = Spell(days=days, returned=returned, repeat=repeat, csat=csat, number=number)
            for group in _groups(region, segment):
                groups[group].append(spell)
    return groups


def _groups(region: UUID | None, segment: str) -> Iterable[Group]:
    return {(where, name) for where in (None, region) for name in ("", segment)}


def _margins(organisation: Organisation) -> dict[UUID | None, Margin | None]:
    """The margin of an order in each region, and in all (None)."""
    served = CustomerStanding.objects.filter(organisation=organisation, orders__gt=0)
    by_region: dict[UUID | None, list[tuple[int, int]]] = defaultdict(list)
    for region, *sums in served.values_list("community__region", "orders", "margin_minor").iterator():
        for where in {None, region}:
            by_region[where].append((sums[0], sums[1]))
    return {where: _margin(rows) for where, rows in by_region.items()}


def _margin(rows: Sequence[tuple[int, int]]) -> Margin | None:
    return margin_of([orders for orders, _ in rows], [margin for _, margin in rows])


def _fit(
    organisation: Organisation, on: date, group: Group, spells: Sequence[Spell], margin: Margin | None
) -> RetentionFit:
    region_id, segment = group
    model = None if segment else return_model(spells)
    return RetentionFit(
        organisation=organisation,
        region_id=region_id,
        segment=segment,
        through_on=on,
        model=model.as_json() if model else None,
        margin=asdict(margin) if margin else None,
        code_version=CODE_VERSION,
        **dict(_said(next_order(spells))),
        **(_worth(model, margin) if model and margin else {}),
    )


def _said(found: NextOrder) -> Iterator[tuple[str, object]]:
    for name, value in asdict(found).items():
        yield name, list(value) if name == "curve" else value


def _worth(model: ReturnModel, margin: Margin) -> dict[str, int]:
    worth = usual_worth(model, margin)
    return {
        "lifetime_minor": worth.value,
        "lifetime_low_minor": worth.low,
        "lifetime_high_minor": worth.high,
    }
