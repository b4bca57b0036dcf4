"""The pages' addresses."""

from django.urls import URLPattern, URLResolver, path

from console.customer import views as customer
from console.office import views as office
from console.office.sign_in import sign_in, sign_out
from console.sandbox_provider import views as sandbox

urlpatterns: list[URLPattern | URLResolver] = [
    path("", office.day, name="day"),
    path("communities", office.communities, name="communities"),
    path("sign-in", sign_in, name="sign-in"),
    path("sign-out", sign_out, name="sign-out"),
    path("r/<str:token>", customer.rate, name="rate"),
    path("paid/<uuid:link_id>/<str:token>", customer.paid, name="paid"),
    path("sandbox/api/checkouts", sandbox.checkout_create),
    path("sandbox/api/checkouts/<uuid:checkout_id>", sandbox.checkout_read),
    path("sandbox/checkouts/<uuid:checkout_id>", sandbox.checkout_page, name="sandbox-checkout"),
]
