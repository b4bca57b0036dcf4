"""Migration operations by which the database refuses a reference from one organisation's row to another's.

Every owned table that others refer to has UNIQUE (organisation_id, id); every reference between owned tables
is, besides Django's own foreign key, a composite one over (organisation_id, reference). tests/core/test_tenancy.py
walks the models and the catalogue and finds any reference that was forgotten.
"""

from collections.abc import Iterable

from django.db.migrations import RunSQL


def tenant_key(table: str) -> RunSQL:
    """Let other tables refer to rows of `table` together with their organisation."""
    return RunSQL(*_key(table))


def tenant_reference(table: str, column: str, target: str) -> RunSQL:
    """Refuse a `table.column` that names a row of `target` in another organisation. NULL stays allowed."""
    return RunSQL(*_reference(table, column, target))


def tenants_apart(keys: Iterable[str], references: Iterable[tuple[str, str, str]]) -> RunSQL:
    """All these keys and references as one operation: Django copies its state of all models before each."""
    pairs = [*(_key(table) for table in keys), *(_reference(*reference) for reference in references)]
    return RunSQL([there for there, _ in pairs], [back for _, back in reversed(pairs)])


def _key(table: str) -> tuple[str, str]:
    name = f"{table}_tenant_key"
    return (
        f"ALTER TABLE {table} ADD CONSTRAINT {name} UNIQUE (organisation_id, id)",
        f"ALTER TABLE {table} DROP CONSTRAINT {name}",
    )


def _reference(table: str, column: str, target: str) -> tuple[str, str]:
    name = f"{table}_{column}_tenant"
    own, other = f"(organisation_id, {column})", f"{target} (organisation_id, id)"
    return (
        f"ALTER TABLE {table} ADD CONSTRAINT {name} FOREIGN KEY {own} REFERENCES {other} DEFERRABLE INITIALLY DEFERRED",
        f"ALTER TABLE {table} DROP CONSTRAINT {name}",
    )
