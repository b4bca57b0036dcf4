"""The three statements that standings are made with."""

from communities.services.order_days import MARGIN, ORDER_DAYS

# Everything that the ledger says of some customers at the end of a day. One row for each that it knows by then.
READ = f"""
WITH fact AS MATERIALIZED (
    SELECT event.id, event.customer_id, event.kind, event.occurred_at, event.occurred_on, event.community_id,
           event.technician_id, event.work_order_id, event.visit_id, event.source, event.data,
           CASE WHEN event.currency = %(currency)s THEN event.amount_minor ELSE 0 END AS amount
    FROM communities_serviceevent AS event
    WHERE event.organisation_id = %(organisation)s AND event.customer_id = ANY(%(customers)s)
      AND event.occurred_on <= %(on)s
), order_day AS ({ORDER_DAYS}
), ordered AS (
    SELECT customer_id, min("on") AS first_on, max("on") AS last_on, count(*) AS orders,
           percentile_disc(0.5) WITHIN GROUP (ORDER BY gap) AS rhythm,
           (array_agg(csat ORDER BY "on" DESC))[1] AS last_csat
    FROM (
        SELECT *, "on" - lag("on") OVER (PARTITION BY customer_id ORDER BY "on") AS gap FROM order_day
    ) AS spaced
    GROUP BY customer_id
), settled AS (
    -- What ends a complaint: work completed, or a good answer.
    SELECT customer_id, max(occurred_at) AS at
    FROM fact
    WHERE kind = 'visit.completed' OR kind = 'survey.answered' AND (data->>'csat')::int >= 4
    GROUP BY customer_id
), invoice AS (
    SELECT customer_id, work_order_id,
           min(occurred_on) FILTER (WHERE kind = 'invoice.issued') AS issued_on,
           min(occurred_on) FILTER (WHERE kind = 'invoice.paid') AS paid_on
    FROM fact
    WHERE kind IN ('invoice.issued', 'invoice.paid') AND work_order_id IS NOT NULL
    GROUP BY customer_id, work_order_id
), owed AS (
    SELECT customer_id, count(*) AS invoices,
           count(*) FILTER (WHERE coalesce(paid_on, %(on)s) - issued_on > %(payment_days)s) AS late
    FROM invoice
    WHERE issued_on > %(on)s - %(invoice_days)s::int
      AND (paid_on IS NOT NULL OR %(on)s - issued_on > %(payment_days)s)
    GROUP BY customer_id
), coming AS (
    SELECT DISTINCT ON (customer_id) customer_id, technician_id
    FROM (
        SELECT customer_id, technician_id, count(*) AS visits, max(occurred_at) AS last_at
        FROM fact
        WHERE kind = 'visit.completed' AND technician_id IS NOT NULL AND occurred_on > %(on)s - %(usual_days)s::int
        GROUP BY customer_id, technician_id
    ) AS by_technician
    ORDER BY customer_id, visits DESC, last_at DESC, technician_id
), known AS (
    SELECT fact.customer_id, {MARGIN},
        (array_agg(community_id ORDER BY occurred_at DESC, id DESC)
            FILTER (WHERE community_id IS NOT NULL))[1] AS community_id,
        ((array_agg(data->>'csat' ORDER BY occurred_at DESC, id DESC) FILTER (
            WHERE kind = 'survey.answered' AND occurred_on > %(on)s - %(answer_days)s::int))[1])::int AS answer,
        count(*) FILTER (
            WHERE kind = 'complaint.made' AND occurred_on > %(on)s - %(complaint_days)s::int
              AND (settled.at IS NULL OR occurred_at > settled.at)) AS complaints,
        count(*) FILTER (
            WHERE kind = 'payment.disputed' AND occurred_on > %(on)s - %(dispute_days)s::int) AS disputes,
        count(*) FILTER (
            WHERE kind = 'visit.reopened' AND occurred_on > %(on)s - %(reopen_days)s::int) AS reopened,
        -- Each period of a membership has its invoice, which is for no work order.
        count(*) FILTER (
            WHERE (kind = 'membership.sold' OR kind = 'invoice.issued' AND source = 'billing'
                   AND work_order_id IS NULL)
              AND occurred_on > %(on)s - %(member_days)s::int) > 0 AS is_member
    FROM fact LEFT JOIN settled USING (customer_id)
    GROUP BY fact.customer_id
)
SELECT known.customer_id, known.community_id, coming.technician_id, ordered.first_on,
       ordered.last_on, coalesce(ordered.orders, 0), known.spend, known.spend - known.costs,
       CASE WHEN ordered.orders >= %(rhythm_orders)s THEN ordered.rhythm END, ordered.last_csat, known.answer,
       known.complaints, known.disputes, coalesce(owed.invoices, 0), coalesce(owed.late, 0), known.reopened,
       known.is_member
FROM known
LEFT JOIN ordered USING (customer_id)
LEFT JOIN owed USING (customer_id)
LEFT JOIN coming USING (customer_id)
ORDER BY known.customer_id
"""  # noqa: S608 the parts are written in order_days.py

# Scores compare with all customers of the organisation, so they are given to all at once. Whoever has no score to
# change is not written.
RANK = """
WITH compared AS (
    SELECT id, count(*) OVER () AS customers,
           1 + %(scores)s * (rank() OVER (ORDER BY last_on) - 1) / count(*) OVER () AS recency,
           1 + %(scores)s * (rank() OVER (ORDER BY orders) - 1) / count(*) OVER () AS frequency,
           1 + %(scores)s * (rank() OVER (ORDER BY spend_minor) - 1) / count(*) OVER () AS monetary
    FROM communities_customerstanding
    WHERE organisation_id = %(organisation)s AND orders > 0
), named AS (
    SELECT id, recency, frequency, monetary,
           (%(grid)s::text[])[(recency - 1) * %(scores)s + (frequency + monetary + 1) / 2] AS segment
    FROM compared
    WHERE customers >= %(fewest)s
), scored AS (
    SELECT standing.id, named.recency, named.frequency, named.monetary, coalesce(named.segment, '') AS segment
    FROM communities_customerstanding AS standing LEFT JOIN named USING (id)
    WHERE standing.organisation_id = %(organisation)s
)
UPDATE communities_customerstanding AS standing
SET recency = scored.recency, frequency = scored.frequency, monetary = scored.monetary, segment = scored.segment
FROM scored
WHERE standing.id = scored.id
  AND (standing.recency, standing.frequency, standing.monetary, standing.segment)
      IS DISTINCT FROM (scored.recency, scored.frequency, scored.monetary, scored.segment)
"""

# Written in one statement; who is worth what they were is left alone.
VALUE = """
UPDATE communities_customerstanding AS standing
SET churn = told.churn, lifetime_minor = told.value, lifetime_low_minor = told.low, lifetime_high_minor = told.high
FROM unnest(%(ids)s::uuid[], %(churn)s::float8[], %(value)s::bigint[], %(low)s::bigint[], %(high)s::bigint[])
     AS told (id, churn, value, low, high)
WHERE standing.id = told.id
  AND (standing.churn, standing.lifetime_minor, standing.lifetime_low_minor, standing.lifetime_high_minor)
      IS DISTINCT FROM (told.churn, told.value, told.low, told.high)
"""
