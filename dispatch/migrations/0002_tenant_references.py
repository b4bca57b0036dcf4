"""The database refuses a reference from one organisation's row to another's: see core.tenancy."""

from django.db import migrations

from core.tenancy import tenant_key, tenant_reference

KEYS = [
    "dispatch_skill",
    "dispatch_technician",
    "dispatch_shift",
    "dispatch_servicetype",
    "dispatch_servicerequest",
    "dispatch_workorder",
    "dispatch_visit",
    "dispatch_plan",
    "dispatch_planversion",
    "dispatch_route",
]

REFERENCES = [
    ("dispatch_technician", "user_id", "communities_user"),
    ("dispatch_technician", "region_id", "communities_region"),
    ("dispatch_technicianskill", "technician_id", "dispatch_technician"),
    ("dispatch_technicianskill", "skill_id", "dispatch_skill"),
    ("dispatch_workinghours", "technician_id", "dispatch_technician"),
    ("dispatch_shift", "technician_id", "dispatch_technician"),
    ("dispatch_servicetypeskill", "service_type_id", "dispatch_servicetype"),
    ("dispatch_servicetypeskill", "skill_id", "dispatch_skill"),
    ("dispatch_servicerequest", "site_id", "communities_site"),
    ("dispatch_servicerequest", "customer_id", "communities_customer"),
    ("dispatch_servicerequest", "service_type_id", "dispatch_servicetype"),
    ("dispatch_workorder", "request_id", "dispatch_servicerequest"),
    ("dispatch_visit", "work_order_id", "dispatch_workorder"),
    ("dispatch_visit", "site_id", "communities_site"),
    ("dispatch_visit", "service_type_id", "dispatch_servicetype"),
    ("dispatch_visit", "technician_id", "dispatch_technician"),
    ("dispatch_plan", "region_id", "communities_region"),
    ("dispatch_plan", "published_id", "dispatch_planversion"),
    ("dispatch_planversion", "plan_id", "dispatch_plan"),
    ("dispatch_planversion", "requested_by_id", "communities_user"),
    ("dispatch_planversion", "signal_set_id", "communities_signalset"),
    ("dispatch_planversion", "starts_from_id", "dispatch_planversion"),
    ("dispatch_route", "version_id", "dispatch_planversion"),
    ("dispatch_route", "shift_id", "dispatch_shift"),
    ("dispatch_route", "technician_id", "dispatch_technician"),
    ("dispatch_stop", "version_id", "dispatch_planversion"),
    ("dispatch_stop", "route_id", "dispatch_route"),
    ("dispatch_stop", "visit_id", "dispatch_visit"),
    ("dispatch_unassignedvisit", "version_id", "dispatch_planversion"),
    ("dispatch_unassignedvisit", "visit_id", "dispatch_visit"),
    ("communities_serviceevent", "technician_id", "dispatch_technician"),
    ("communities_serviceevent", "visit_id", "dispatch_visit"),
    ("communities_serviceevent", "work_order_id", "dispatch_workorder"),
    ("communities_serviceevent", "service_type_id", "dispatch_servicetype"),
    ("communities_surveyinvitation", "technician_id", "dispatch_technician"),
    ("communities_surveyinvitation", "visit_id", "dispatch_visit"),
    ("communities_surveyinvitation", "work_order_id", "dispatch_workorder"),
    ("communities_surveyinvitation", "service_type_id", "dispatch_servicetype"),
    ("communities_signal", "technician_id", "dispatch_technician"),
]


class Migration(migrations.Migration):
    dependencies = [("dispatch", "0001_initial"), ("communities", "0002_tenant_references")]

    operations = [
        *(tenant_key(table) for table in KEYS),
        *(tenant_reference(*reference) for reference in REFERENCES),
    ]
