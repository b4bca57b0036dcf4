"""The database refuses a reference from one organisation's row to another's: see core.tenancy."""

from django.db import migrations

from core.tenancy import tenant_key, tenant_reference


class Migration(migrations.Migration):
    dependencies = [("api", "0002_event_endpoints")]

    operations = [
        tenant_key("api_eventendpoint"),
        tenant_reference("api_eventdelivery", "endpoint_id", "api_eventendpoint"),
    ]
