"""What dispatch wrote to a customer about a request."""

from django.db import models

from communities.models import Contact, Owned, User
from dispatch.models.work import ServiceRequest


class Message(Owned):
    """A few words to a customer's contact, sent as a letter. `sent_at` is when the mail server took it."""

    request = models.ForeignKey(ServiceRequest, on_delete=models.CASCADE, related_name="messages")
    contact = models.ForeignKey(Contact, on_delete=models.PROTECT, related_name="+")
    text = models.TextField()
    written_by = models.ForeignKey(User, on_delete=models.SET_NULL, related_name="+", null=True)
    written_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~models.Q(text=""), name="message_says_something"),
            models.CheckConstraint(
                condition=models.Q(sent_at=None) | models.Q(sent_at__gte=models.F("written_at")),
                name="message_sent_after_written",
            ),
        ]
        indexes = [models.Index(fields=["request", "-written_at"], name="message_of_request")]

    def __str__(self) -> str:
        return f"{self.request_id} {self.written_at:%Y-%m-%d %H:%M}"
