"""The sandbox provider's own records. It plays a company outside: nothing of ours reads them but the provider."""

from uuid import uuid4

from django.db import models
from uuid_utils.compat import uuid7


class SandboxCheckout(models.Model):
    """A page on which a merchant's customer pays."""

    class State(models.TextChoices):
        OPEN = "open", "Open"
        CLOSED = "closed", "Closed by the merchant"

    id = models.UUIDField(primary_key=True, default=uuid4)  # not guessable: whoever knows it may pay
    reference = models.UUIDField(unique=True)  # the merchant's: our Checkout
    amount_minor = models.PositiveBigIntegerField()
    currency = models.CharField(max_length=3)
    description = models.CharField(max_length=200)
    return_url = models.URLField(max_length=500)
    notice_url = models.URLField(max_length=500)
    expires_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)

    def __str__(self) -> str:
        return f"{self.id} {self.state}"


class SandboxPayment(models.Model):
    """One attempt to pay a checkout."""

    class State(models.TextChoices):
        PENDING = "pending", "A code was issued"
        SUCCEEDED = "succeeded", "Succeeded"
        DECLINED = "declined", "Declined"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    checkout = models.ForeignKey(SandboxCheckout, on_delete=models.CASCADE, related_name="payments")
    state = models.CharField(max_length=10, choices=State.choices)
    happened_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.checkout_id} {self.state}"


class SandboxRefund(models.Model):
    """Money given back: wanted by the merchant, with a reference, or by the provider's own staff, without one."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    payment = models.ForeignKey(SandboxPayment, on_delete=models.CASCADE, related_name="refunds")
    reference = models.UUIDField(unique=True, null=True)
    amount_minor = models.PositiveBigIntegerField()
    happened_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.payment_id} {self.amount_minor}"


class SandboxDispute(models.Model):
    """A payment that the payer contests."""

    class State(models.TextChoices):
        OPEN = "open", "Open"
        WON = "won", "Won by the merchant"
        LOST = "lost", "Lost by the merchant"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    payment = models.ForeignKey(SandboxPayment, on_delete=models.CASCADE, related_name="disputes")
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    amount_minor = models.PositiveBigIntegerField()
    opened_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.payment_id} {self.state}"


class SandboxNotice(models.Model):
    """A message to the merchant: look at this checkout. `times`: how often it is sent, for sending twice happens."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    checkout = models.ForeignKey(SandboxCheckout, on_delete=models.CASCADE, related_name="notices")
    times = models.PositiveSmallIntegerField(default=1)

    def __str__(self) -> str:
        return f"{self.checkout_id} ×{self.times}"
