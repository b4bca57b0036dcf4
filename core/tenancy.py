"""Migration operations by which the database refuses a reference from one organisation's row to another's.

Every owned table that others refer to has UNIQUE (organisation_id, id); every reference between owned tables
is, besides Django's own foreign key, a composite one over (organisation_id, reference). tests/core/test_tenancy.py
walks the models and the catalogue and finds any reference that was forgotten.
"""

from django.db.migrations import RunSQL


def tenant_key(table: str) -> RunSQL:
    """Let other tables refer to rows of `table` together with their organisation."""
    name = f"{table}_tenant_key"
    return RunSQL(
        f"ALTER TABLE {table} ADD CONSTRAINT {name} UNIQUE (organisation_id, id)",
        f"ALTER TABLE {table} DROP CONSTRAINT {name}",
    )


def tenant_reference(table: str, column: str, target: str) -> RunSQL:
    """Refuse a `table.column` that names a row of `target` in another organisation. NULL stays allowed."""
    name = f"{table}_{column}_tenant"
    return RunSQL(
        f"ALTER TABLE {table} ADD CONSTRAINT {name} FOREIGN KEY (organisation_id, {column}) "
        f"REFERENCES {target} (organisation_id, id) DEFERRABLE INITIALLY DEFERRED",
        f"ALTER TABLE {table} DROP CONSTRAINT {name}",
    )
