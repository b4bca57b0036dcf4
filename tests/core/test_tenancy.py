"""The database holds organisations apart, whatever the code above it does."""

from datetime import datetime

import pytest
from django.apps import apps
from django.db import IntegrityError, connection
from django.db.models import ForeignKey

from communities.models import Organisation, Owned, Region, User
from dispatch.models import Technician
from tests import factories

# Plain ids in the lower app that name rows of the higher one (communities.models.facts says why).
BARE = {
    ("communities_serviceevent", "technician_id"),
    ("communities_serviceevent", "visit_id"),
    ("communities_serviceevent", "work_order_id"),
    ("communities_serviceevent", "service_type_id"),
    ("communities_surveyinvitation", "technician_id"),
    ("communities_surveyinvitation", "visit_id"),
    ("communities_surveyinvitation", "work_order_id"),
    ("communities_surveyinvitation", "service_type_id"),
    ("communities_signal", "technician_id"),
    ("communities_signal", "service_type_id"),
    ("communities_customerstanding", "usual_technician_id"),
    ("communities_customerowner", "technician_id"),
    ("communities_handover", "from_technician_id"),
    ("communities_handover", "to_technician_id"),
}


def references() -> set[tuple[str, str]]:
    """(table, column) of every reference from an owned row to another owned row or to a user."""
    return BARE | {
        (model._meta.db_table, field.column)
        for model in apps.get_models()
        if issubclass(model, Owned)
        for field in model._meta.get_fields()
        if isinstance(field, ForeignKey)
        and isinstance(field.related_model, type)
        and issubclass(field.related_model, Owned | User)
    }


@pytest.mark.django_db
def test_every_reference_between_owned_rows_is_held_to_one_organisation() -> None:
    with connection.cursor() as cursor:
        cursor.execute("""
            SELECT cl.relname, a2.attname FROM pg_constraint AS c
            JOIN pg_class AS cl ON cl.oid = c.conrelid
            JOIN pg_attribute AS a1 ON a1.attrelid = c.conrelid AND a1.attnum = c.conkey[1]
            JOIN pg_attribute AS a2 ON a2.attrelid = c.conrelid AND a2.attnum = c.conkey[2]
            WHERE c.contype = 'f' AND cardinality(c.conkey) = 2 AND a1.attname = 'organisation_id'
        """)
        held = {(table, column) for table, column in cursor.fetchall()}
    assert references() - held == set()


@pytest.mark.django_db
def test_technician_cannot_be_put_into_a_stranger_s_region(tom: Technician, other: Organisation) -> None:
    elsewhere = factories.region(other, "elsewhere")
    Technician.objects.filter(pk=tom.pk).update(region=elsewhere)
    with pytest.raises(IntegrityError, match="dispatch_technician_region_id_tenant"):
        connection.check_constraints()


@pytest.mark.django_db
def test_fact_cannot_name_a_stranger_s_technician(
    north: Region, tom: Technician, other: Organisation, now: datetime
) -> None:
    factories.fact(other, "visit.arrived", now, technician_id=tom.pk)
    with pytest.raises(IntegrityError, match="technician_id_tenant"):
        connection.check_constraints()
