"""What the API remembers of its own: answers given under an Idempotency-Key."""

from django.db import models

from communities.models import User


class IdempotencyRecord(models.Model):
    """The answer to one caller's key. Written in the transaction of the effect: a crash undoes both."""

    id = models.BigAutoField(primary_key=True)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=255)
    fingerprint = models.CharField(max_length=64, help_text="SHA-256 over method, path and body.")
    status = models.PositiveSmallIntegerField(null=True)
    content = models.BinaryField(null=True)
    headers = models.JSONField(default=dict)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="idempotency_key_once")]
        indexes = [models.Index(fields=["created_at"], name="idempotency_age")]

    def __str__(self) -> str:
        return self.key
