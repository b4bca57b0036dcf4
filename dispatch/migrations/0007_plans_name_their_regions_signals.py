"""Plans name their region's signals, and a signal's service type is one of its organisation."""

from django.db import migrations

from core.tenancy import tenant_reference

LEAD = """
    UPDATE dispatch_planversion AS version SET signal_set_id = ours.id
    FROM dispatch_plan AS plan, communities_signalset AS former, communities_signalset AS ours
    WHERE plan.id = version.plan_id AND former.id = version.signal_set_id AND former.region_id <> plan.region_id
      AND ours.region_id = plan.region_id AND ours.version = former.version;
    SET CONSTRAINTS ALL IMMEDIATE;
    SET CONSTRAINTS ALL DEFERRED;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("dispatch", "0006_recoveries_and_weekly_reports"),
        ("communities", "0012_policies_and_signals_of_regions"),
    ]

    operations = [
        migrations.RunSQL(LEAD, migrations.RunSQL.noop),
        tenant_reference("communities_signal", "service_type_id", "dispatch_servicetype"),
    ]
