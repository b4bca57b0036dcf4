"""The ledger in a partition for each month, with the names that make facts count once beside it (docs/adr/0015).

Rows are carried over, there and back, with every foreign key that the table has by then, dispatch's included.
"""

from datetime import date
from typing import Any

import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models
from django.db.models.deletion import CASCADE, PROTECT

LEDGER = "communities_serviceevent"

# As communities.services.ledger.fact_digest; source has no colon in it (fact_source_is_a_word).
DIGEST = """
CREATE FUNCTION fact_digest(organisation uuid, source text, source_id text) RETURNS uuid
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT encode(
        substring(sha256(convert_to(organisation || ':' || source || ':' || source_id, 'UTF8')) FROM 1 FOR 16), 'hex'
    )::uuid
$$
"""

NEVER_EMPTIED = """
CREATE OR REPLACE FUNCTION facts_never_emptied() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'Cannot truncate %: facts are only added', TG_TABLE_NAME;
END
$$
"""

# LIKE and ATTACH, unlike CREATE … PARTITION OF, let writers of other months go on. SHARE UPDATE EXCLUSIVE is what
# ATTACH takes anyhow: of two who want the month, the second waits here and then finds it.
# The foreign keys make ATTACH also lock the tables they refer to against writers, for an instant. It asks for less
# time than a deadlock takes to be seen (1 s), so that whoever is in the way never is the one to be ended.
MONTH = """
CREATE FUNCTION facts_month_ensure(day date) RETURNS void LANGUAGE plpgsql SET lock_timeout = '300ms' AS $$
DECLARE
    first date := date_trunc('month', day::timestamp);
    month text := to_char(first, '"communities_serviceevent_"YYYY_MM');
    attempts int := 0;
BEGIN
    WHILE to_regclass(month) IS NULL LOOP
        BEGIN
            LOCK TABLE communities_serviceevent IN SHARE UPDATE EXCLUSIVE MODE;
            IF to_regclass(month) IS NULL THEN
                EXECUTE format('CREATE TABLE %I (LIKE communities_serviceevent INCLUDING ALL)', month);
                EXECUTE format('CREATE TRIGGER never_emptied BEFORE TRUNCATE ON %I EXECUTE FUNCTION '
                               'facts_never_emptied()', month);
                EXECUTE format('ALTER TABLE communities_serviceevent ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)',
                               month, first, (first + interval '1 month')::date);
            END IF;
        EXCEPTION WHEN lock_not_available THEN
            attempts := attempts + 1;
            IF attempts = 20 THEN
                RAISE;
            END IF;
        END;
    END LOOP;
END
$$
"""

ASIDE = f"""
ALTER TABLE {LEDGER} RENAME TO {LEDGER}_old;
CREATE TABLE {LEDGER} (LIKE {LEDGER}_old INCLUDING DEFAULTS INCLUDING CONSTRAINTS)
"""

CARRIED_OVER = f"""
INSERT INTO {LEDGER} SELECT * FROM {LEDGER}_old;
DO $$
DECLARE
    key record;
BEGIN
    FOR key IN SELECT conname AS name, pg_get_constraintdef(oid) AS definition FROM pg_constraint
               WHERE conrelid = '{LEDGER}_old'::regclass AND contype = 'f'
    LOOP
        EXECUTE format('ALTER TABLE {LEDGER} ADD CONSTRAINT %I %s', key.name, key.definition);
    END LOOP;
END
$$;
DROP TABLE {LEDGER}_old;
"""

INTO_MONTHS = f"""
{ASIDE} PARTITION BY RANGE (occurred_on);
SELECT facts_month_ensure(month)
FROM (SELECT DISTINCT date_trunc('month', occurred_on)::date AS month FROM {LEDGER}_old) AS months;

CREATE TABLE communities_factkey (
    digest uuid NOT NULL CONSTRAINT fact_counts_once PRIMARY KEY,
    fact_id uuid NOT NULL,
    occurred_on date NOT NULL
);
INSERT INTO communities_factkey
SELECT fact_digest(organisation_id, source, source_id), id, occurred_on FROM {LEDGER}_old;
{CARRIED_OVER}
ALTER TABLE {LEDGER} ADD CONSTRAINT {LEDGER}_pkey PRIMARY KEY (id, occurred_on);
CREATE TRIGGER never_emptied BEFORE TRUNCATE ON {LEDGER} EXECUTE FUNCTION facts_never_emptied();
CREATE TRIGGER never_emptied BEFORE TRUNCATE ON communities_factkey EXECUTE FUNCTION facts_never_emptied();
"""

OUT_OF_MONTHS = f"""
{ASIDE};
{CARRIED_OVER}
ALTER TABLE {LEDGER} ADD CONSTRAINT {LEDGER}_pkey PRIMARY KEY (id);
DROP TABLE communities_factkey;
"""

# What a technician wrote may be about somebody, and nothing can be taken out of the ledger: it stays with the visit.
WITHOUT_WORDS = f"UPDATE {LEDGER} SET data = data - 'reason' WHERE kind = 'visit.could_not_complete'"

KINDS = [
    ("request.received", "Request Received"),
    ("request.responded", "Request Responded"),
    ("request.paused", "Request Paused"),
    ("request.resumed", "Request Resumed"),
    ("request.resolved", "Request Resolved"),
    ("visit.planned", "Visit Planned"),
    ("visit.rescheduled", "Visit Rescheduled"),
    ("visit.en_route", "Visit En Route"),
    ("visit.arrived", "Visit Arrived"),
    ("visit.started", "Visit Started"),
    ("visit.completed", "Visit Completed"),
    ("visit.could_not_complete", "Visit Not Completed"),
    ("visit.reopened", "Visit Reopened"),
    ("offer.made", "Offer Made"),
    ("offer.accepted", "Offer Accepted"),
    ("offer.refused", "Offer Refused"),
    ("membership.sold", "Membership Sold"),
    ("invoice.issued", "Invoice Issued"),
    ("invoice.paid", "Invoice Paid"),
    ("invoice.credited", "Invoice Credited"),
    ("payment.refunded", "Payment Refunded"),
    ("payment.disputed", "Payment Disputed"),
    ("survey.sent", "Survey Sent"),
    ("survey.answered", "Survey Answered"),
    ("complaint.made", "Complaint Made"),
    ("referral.made", "Referral Made"),
    ("purchase.made", "Purchase Made"),
    ("device.read", "Device Read"),
]


def _reference(to: str, **more: Any) -> models.ForeignKey[Any, Any]:
    return models.ForeignKey(db_index=False, related_name="+", to=f"communities.{to}", **more)


def _answers(name: str, when: str) -> models.Index:
    return models.Index(
        condition=models.Q(("kind", "survey.answered")), fields=["organisation", when], name=name
    )


def _append_only(table: str, digest: str, trigger_id: str) -> pgtrigger.compiler.Trigger:
    return pgtrigger.compiler.Trigger(
        name="append_only",
        sql=pgtrigger.compiler.UpsertTriggerSql(
            func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
            hash=digest,
            operation="UPDATE OR DELETE",
            pgid=trigger_id,
            table=table,
            when="BEFORE",
        ),
    )


class Migration(migrations.Migration):
    dependencies = [("communities", "0006_answers_by_time")]

    operations = [
        migrations.RunSQL(DIGEST, "DROP FUNCTION fact_digest"),
        migrations.RunSQL(NEVER_EMPTIED, "DROP FUNCTION facts_never_emptied"),
        migrations.RunSQL(MONTH, "DROP FUNCTION facts_month_ensure"),
        # What the one table has …
        migrations.AlterField("serviceevent", "kind", models.CharField(choices=KINDS, max_length=40)),
        migrations.AlterField("serviceevent", "organisation", _reference("organisation", on_delete=CASCADE)),
        migrations.AlterField(
            "serviceevent", "community", _reference("community", null=True, on_delete=PROTECT)
        ),
        migrations.AlterField("serviceevent", "site", _reference("site", null=True, on_delete=PROTECT)),
        migrations.AlterField(
            "serviceevent", "customer", _reference("customer", null=True, on_delete=PROTECT)
        ),
        migrations.RemoveConstraint("serviceevent", "fact_counts_once"),
        migrations.RemoveIndex("serviceevent", "fact_visit"),
        migrations.RemoveIndex("serviceevent", "fact_community_day"),
        migrations.RemoveIndex("serviceevent", "fact_answer_by_time"),
        migrations.RemoveIndex("serviceevent", "fact_answer_told"),
        pgtrigger.migrations.RemoveTrigger("serviceevent", "append_only"),
        migrations.RunSQL(WITHOUT_WORDS, migrations.RunSQL.noop),
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL(INTO_MONTHS, OUT_OF_MONTHS)],
            state_operations=[
                migrations.CreateModel(
                    name="FactKey",
                    fields=[
                        ("digest", models.UUIDField(primary_key=True, serialize=False)),
                        ("fact_id", models.UUIDField()),
                        ("occurred_on", models.DateField()),
                    ],
                ),
                migrations.AddConstraint(
                    "factkey", models.UniqueConstraint(fields=("digest",), name="fact_counts_once")
                ),
            ],
        ),
        # … and what the months have.
        migrations.AddIndex(
            "serviceevent",
            models.Index(fields=["organisation", "community", "occurred_on"], name="fact_community_day"),
        ),
        migrations.AddIndex(
            "serviceevent", models.Index(fields=["organisation", "occurred_at"], name="fact_by_time")
        ),
        migrations.AddIndex(
            "serviceevent",
            models.Index(
                condition=models.Q(("customer__isnull", False)),
                fields=["customer", "occurred_at"],
                name="fact_of_a_customer",
            ),
        ),
        migrations.AddIndex(
            "serviceevent",
            models.Index(
                condition=models.Q(("visit_id__isnull", False)), fields=["visit_id"], name="fact_of_a_visit"
            ),
        ),
        migrations.AddIndex("serviceevent", _answers("fact_answer_by_time", "occurred_at")),
        migrations.AddIndex("serviceevent", _answers("fact_answer_told", "created_at")),
        migrations.AddConstraint(
            "serviceevent",
            models.CheckConstraint(
                condition=models.Q(("source__regex", "^[a-z0-9][a-z0-9_.-]*$")), name="fact_source_is_a_word"
            ),
        ),
        migrations.AddConstraint(
            "serviceevent",
            models.CheckConstraint(
                condition=models.Q(("occurred_on__gte", date(2000, 1, 1))), name="fact_happened_since_2000"
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            "serviceevent",
            _append_only(
                LEDGER, "ec595994400b86e674f5d12a9aa1f46bfad35855", "pgtrigger_append_only_9ac56"
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            "factkey",
            _append_only(
                "communities_factkey",
                "ce8578537d1f72b0d42d5db6b602b03a6f3c46ac",
                "pgtrigger_append_only_3b3c0",
            ),
        ),
    ]
