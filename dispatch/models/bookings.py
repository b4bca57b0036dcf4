"""Windows that are kept for customers: held for some minutes while they decide, then booked, with a request."""

from django.db import models

from communities.models import Customer, Owned, Region, Site, User
from dispatch.models.work import ServiceRequest, ServiceType
from dispatch.states import BookingState


class BookingProfile(Owned):
    """How a company lets windows be booked. One for a company."""

    is_open = models.BooleanField(default=False, help_text="Customers may book on a page of their own.")
    window_minutes = models.PositiveSmallIntegerField(
        default=120, help_text="Windows are as long as this, the first from midnight."
    )
    days = models.PositiveSmallIntegerField(default=7, help_text="So many days are offered, today included.")
    hold_minutes = models.PositiveSmallIntegerField(
        default=10, help_text="A window is held so long while a customer decides."
    )
    change_hours = models.PositiveSmallIntegerField(
        default=24, help_text="Customers change or cancel up to so long before their window."
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation"], name="booking_profile_one_a_company"),
            models.CheckConstraint(
                condition=models.Q(
                    window_minutes__range=(30, 720), days__range=(1, 28), hold_minutes__range=(1, 60)
                ),
                name="booking_profile_in_bounds",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organisation_id} {self.window_minutes} min"


class Booking(Owned):
    """A window of a region's day that nobody else can have: for a visit to be, and once it is booked, for a request.

    The service starts in `window_from_at`..`window_until_at`, both included. A hold counts until `expires_at`, whether
    or not the sweeper has come by.
    """

    region = models.ForeignKey(Region, on_delete=models.PROTECT, related_name="+")
    on = models.DateField(help_text="The local day of the window.")
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="+")
    service_type = models.ForeignKey(ServiceType, on_delete=models.PROTECT, related_name="+")
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="+", null=True)
    window_from_at = models.DateTimeField()
    window_until_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=BookingState.choices, default=BookingState.HELD)
    expires_at = models.DateTimeField()
    request = models.OneToOneField(
        ServiceRequest, on_delete=models.PROTECT, related_name="booking", null=True
    )
    held_by = models.ForeignKey(
        User, on_delete=models.SET_NULL, related_name="+", null=True, help_text="Nobody: the customer."
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state__in=BookingState.values), name="booking_state_known"
            ),
            models.CheckConstraint(
                condition=models.Q(window_from_at__lt=models.F("window_until_at")),
                name="booking_window_in_order",
            ),
            models.CheckConstraint(
                condition=models.Q(state="booked", request__isnull=False)
                | ~models.Q(state="booked") & models.Q(request__isnull=True),
                name="booking_booked_has_a_request",
            ),
        ]
        indexes = [
            models.Index(
                fields=["region", "on"], condition=models.Q(state="held"), name="booking_held_by_day"
            ),
            models.Index(fields=["expires_at"], condition=models.Q(state="held"), name="booking_held"),
            models.Index(
                fields=["window_until_at"], condition=models.Q(state="booked"), name="booking_to_come"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.on} {self.state}"
