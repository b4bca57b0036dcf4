"""The pages' addresses."""

from django.urls import URLPattern, URLResolver, path

from console.customer import offers, paying
from console.customer import views as customer
from console.office import (
    board,
    customers,
    facts,
    letters,
    my_day,
    payments,
    proof,
    recoveries,
    revenue,
    statements,
)
from console.office import views as office
from console.office.sign_in import sign_in, sign_out
from console.sandbox_provider import api as sandbox_api
from console.sandbox_provider import views as sandbox

urlpatterns: list[URLPattern | URLResolver] = [
    path("", office.day, name="day"),
    path("board", board.board, name="board"),
    path("my-day", my_day.my_day, name="my-day"),
    path("my-day-worker.js", my_day.worker, name="my-day-worker"),
    path("my-day.webmanifest", my_day.manifest, name="my-day-manifest"),
    path("communities", office.communities, name="communities"),
    path("communities/<str:column>/facts", facts.figure_facts, name="figure-facts"),
    path("customers", customers.customers, name="customers"),
    path("customers/<uuid:customer_id>", customers.customer, name="customer"),
    path("proof", proof.proof, name="proof"),
    path("proof/<uuid:region_id>/resume", proof.resume, name="proof-resume"),
    path("recoveries", recoveries.recoveries, name="recoveries"),
    path("recoveries/<uuid:recovery_id>/drop", recoveries.drop, name="recovery-drop"),
    path("service-and-money", revenue.service_and_money, name="service-and-money"),
    path("payments", payments.payments, name="payments"),
    path("payments/<uuid:invoice_id>", payments.story, name="payment-story"),
    path("statements/<uuid:statement_id>", statements.statement, name="statement"),
    path("weekly-report/<uuid:user_id>/<str:token>", letters.weekly_report_end, name="weekly-report-end"),
    path("sign-in", sign_in, name="sign-in"),
    path("sign-out", sign_out, name="sign-out"),
    path("r/<str:token>", customer.rate, name="rate"),
    path("offer/<uuid:offer_id>/<str:token>", offers.offer, name="offer"),
    path("pay/<uuid:invoice_id>/<str:token>", paying.pay, name="pay"),
    path("pay/<uuid:invoice_id>/<str:token>/credit/<uuid:note_id>", paying.credit, name="pay-credit"),
    path("pay/<uuid:invoice_id>/<str:token>/go/<uuid:checkout_id>", paying.go, name="pay-go"),
    path("pay/<uuid:invoice_id>/<str:token>/back/<uuid:checkout_id>", paying.back, name="pay-back"),
    path("sandbox/api/checkouts", sandbox_api.checkout_create),
    path("sandbox/api/checkouts/<uuid:checkout_id>", sandbox_api.checkout_read),
    path("sandbox/api/checkouts/<uuid:checkout_id>/close", sandbox_api.checkout_close_post),
    path("sandbox/api/payments/<uuid:payment_id>/refunds", sandbox_api.refund_create),
    path("sandbox/checkouts/<uuid:checkout_id>", sandbox.checkout_page, name="sandbox-checkout"),
]
