"""The pages' addresses."""

from django.urls import URLPattern, URLResolver, path

from console.customer import views as customer
from console.sandbox_provider import views as sandbox

urlpatterns: list[URLPattern | URLResolver] = [
    path("r/<str:token>", customer.rate, name="rate"),
    path("paid/<uuid:link_id>/<str:token>", customer.paid, name="paid"),
    path("sandbox/api/checkouts", sandbox.checkout_create),
    path("sandbox/api/checkouts/<uuid:checkout_id>", sandbox.checkout_read),
    path("sandbox/checkouts/<uuid:checkout_id>", sandbox.checkout_page, name="sandbox-checkout"),
]
