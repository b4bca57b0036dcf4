"""The customer's voice: an invitation for each visit, and its answer."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from communities.models.people import Contact
from communities.models.places import Community
from communities.models.tenant import Owned


class SurveyInvitation(Owned):
    """A question put to one contact about one visit. The link holds a token of which only the digest is kept."""

    contact = models.ForeignKey(Contact, on_delete=models.PROTECT, related_name="surveys")
    community = models.ForeignKey(Community, on_delete=models.PROTECT, related_name="+")
    visit_id = models.UUIDField(unique=True)
    work_order_id = models.UUIDField()
    technician_id = models.UUIDField()
    service_type_id = models.UUIDField()
    digest = models.CharField(max_length=64, unique=True)
    expires_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"survey of visit {self.visit_id}"


class SurveyAnswer(Owned):
    """What the customer said. One answer for an invitation; the first one stays."""

    invitation = models.OneToOneField(SurveyInvitation, on_delete=models.PROTECT, related_name="answer")
    csat = models.PositiveSmallIntegerField(validators=[MinValueValidator(1), MaxValueValidator(5)])
    nps = models.PositiveSmallIntegerField(null=True, validators=[MaxValueValidator(10)])
    comment = models.TextField(blank=True, max_length=2000)
    answered_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(csat__range=(1, 5)), name="answer_csat_1_to_5"),
            models.CheckConstraint(
                condition=models.Q(nps__isnull=True) | models.Q(nps__range=(0, 10)), name="answer_nps_0_to_10"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.csat}/5"
