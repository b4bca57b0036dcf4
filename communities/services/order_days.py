"""The orders of customers, as the ledger has them: one SQL expression that standings and retention share."""

ORDER_DAYS = """
    SELECT made.customer_id, made.occurred_on AS "on", min((answer.data->>'csat')::int) AS csat
    FROM fact AS made
    LEFT JOIN fact AS answer
      ON answer.visit_id = made.visit_id AND answer.kind = 'survey.answered' AND made.kind = 'visit.completed'
    WHERE made.kind IN ('visit.completed', 'purchase.made') AND NOT made.data ? 'makes_good'
    GROUP BY made.customer_id, made.occurred_on
"""
"""(customer_id, on, csat) of the facts in `fact`: one row for each local day on which work was completed or something
was bought elsewhere, with the lowest answer about that day's visits. What was owed for a visit before is no order."""

MARGIN = """
    coalesce(sum(CASE
        WHEN kind IN ('invoice.paid', 'purchase.made') THEN amount
        WHEN kind = 'payment.refunded' THEN -amount
    END), 0)::bigint AS spend,
    coalesce(sum(CASE
        WHEN kind = 'visit.completed'
        THEN coalesce((data->>'labour_minor')::bigint, 0) + coalesce((data->>'travel_minor')::bigint, 0)
        WHEN kind = 'invoice.issued' THEN coalesce((data->>'parts_minor')::bigint, 0)
    END), 0)::bigint AS costs
"""
"""Columns over the facts of a customer, in minor units of the organisation's currency (`amount`)."""
