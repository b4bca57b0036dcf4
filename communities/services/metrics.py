"""Metrics: counted from the ledger, for the communities' days that have new facts."""

from django.db import connection, transaction

BATCH = 500  # community-days in one transaction

REFRESH = """
WITH claimed AS (
    DELETE FROM communities_daychanged
    WHERE id IN (SELECT id FROM communities_daychanged ORDER BY id LIMIT %(batch)s FOR UPDATE SKIP LOCKED)
    RETURNING organisation_id, community_id, "on"
), day AS (
    SELECT DISTINCT organisation_id, community_id, "on" FROM claimed
), counted AS (
    SELECT day.organisation_id, day.community_id, day."on",
        count(*) FILTER (WHERE kind = 'request.received') AS requests,
        count(*) FILTER (WHERE kind IN ('visit.completed', 'visit.could_not_complete')) AS visits,
        count(*) FILTER (WHERE kind = 'visit.completed' AND (data->>'sequence')::int = 1) AS visits_fixed,
        count(*) FILTER (WHERE kind = 'visit.arrived') AS arrivals,
        count(*) FILTER (WHERE kind = 'visit.arrived' AND (data->>'on_time')::boolean) AS arrivals_on_time,
        count(*) FILTER (WHERE kind = 'survey.answered') AS csat_answers,
        coalesce(sum((data->>'csat')::int) FILTER (WHERE kind = 'survey.answered'), 0) AS csat_sum,
        count(data->>'nps') FILTER (WHERE kind = 'survey.answered') AS nps_answers,
        count(*) FILTER (WHERE kind = 'survey.answered' AND (data->>'nps')::int >= 9) AS nps_promoters,
        count(*) FILTER (WHERE kind = 'survey.answered' AND (data->>'nps')::int <= 6) AS nps_detractors,
        count(*) FILTER (WHERE kind = 'offer.made') AS offers,
        count(*) FILTER (WHERE kind = 'offer.accepted') AS offers_accepted,
        coalesce(sum(amount_minor) FILTER (
            WHERE kind = 'invoice.paid' AND fact.currency = organisation.currency), 0) AS revenue_minor
    FROM day
    JOIN communities_organisation AS organisation ON organisation.id = day.organisation_id
    JOIN communities_serviceevent AS fact
      ON fact.organisation_id = day.organisation_id AND fact.community_id = day.community_id
     AND fact.occurred_on = day."on"
    GROUP BY day.organisation_id, day.community_id, day."on"
), kept AS (
    INSERT INTO communities_communitymetric AS metric (
        id, created_at, organisation_id, community_id, "on", requests, visits, visits_fixed, arrivals,
        arrivals_on_time, csat_answers, csat_sum, nps_answers, nps_promoters, nps_detractors, offers,
        offers_accepted, revenue_minor)
    SELECT gen_random_uuid(), now(), counted.* FROM counted
    ON CONFLICT (community_id, "on") DO UPDATE SET
        (requests, visits, visits_fixed, arrivals, arrivals_on_time, csat_answers, csat_sum, nps_answers,
         nps_promoters, nps_detractors, offers, offers_accepted, revenue_minor)
      = (EXCLUDED.requests, EXCLUDED.visits, EXCLUDED.visits_fixed, EXCLUDED.arrivals, EXCLUDED.arrivals_on_time,
         EXCLUDED.csat_answers, EXCLUDED.csat_sum, EXCLUDED.nps_answers, EXCLUDED.nps_promoters,
         EXCLUDED.nps_detractors, EXCLUDED.offers, EXCLUDED.offers_accepted, EXCLUDED.revenue_minor)
)
SELECT (SELECT count(*) FROM claimed), (SELECT count(*) FROM day)
"""


def metrics_refresh() -> int:
    """Count anew every community's day that has new facts; how many there were.

    Costs the days that changed, not the history. Several may run at once: each takes different rows.
    """
    days = 0
    while True:
        claimed, refreshed = _batch()
        days += refreshed
        if claimed < BATCH:
            return days


@transaction.atomic
def _batch() -> tuple[int, int]:
    with connection.cursor() as cursor:
        # Two batches may hold the same day: without the lock the one with the older view could write last.
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('metrics', 0))")
        cursor.execute(REFRESH, {"batch": BATCH})
        claimed, refreshed = cursor.fetchone()
    return claimed, refreshed
