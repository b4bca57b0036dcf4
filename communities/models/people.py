"""Who works in Linli, and whom they work for."""

from django.contrib.auth.models import AbstractUser
from django.contrib.postgres.fields import ArrayField
from django.db import models

from communities.models.places import Region
from communities.models.tenant import Organisation, Owned
from core.models import Identified


class User(Identified, AbstractUser):
    """A person who signs in. The role says what; for a regional manager, RegionManager rows say where."""

    class Role(models.TextChoices):
        ADMINISTRATOR = "administrator", "Administrator"
        DISPATCHER = "dispatcher", "Dispatcher"
        REGIONAL_MANAGER = "regional_manager", "Regional manager"
        TECHNICIAN = "technician", "Technician"

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="+", null=True)
    role = models.CharField(max_length=20, choices=Role.choices, default=Role.DISPATCHER)
    language = models.CharField(
        max_length=10,
        blank=True,
        default="",
        db_default="",
        help_text="Of letters; empty: the organisation's.",
    )
    weekly_report = models.BooleanField(
        default=True, db_default=True, help_text="A regional manager wants the letter on Monday morning."
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(is_superuser=True) | models.Q(organisation__isnull=False),
                name="user_belongs_to_an_organisation",
            ),
        ]

    def __str__(self) -> str:
        return self.username


class RegionManager(Owned):
    """A regional manager sees the regions that such rows name, and no other."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="managed")
    region = models.ForeignKey(Region, on_delete=models.CASCADE, related_name="managers")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "region"], name="region_manager_once")]

    def __str__(self) -> str:
        return f"{self.user} manages {self.region}"


class ApiToken(Owned):
    """A bearer token. Only its SHA-256 is kept; `prefix` is what people recognise it by."""

    class Scope(models.TextChoices):
        READ = "read", "Read"
        WRITE = "write", "Write"

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="tokens")
    name = models.CharField(max_length=80)
    prefix = models.CharField(max_length=12)
    digest = models.CharField(max_length=64, unique=True)
    scopes = ArrayField(models.CharField(max_length=20, choices=Scope.choices))
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.prefix}… ({self.name})"


class Customer(Owned):
    """A household or a business that asks for service."""

    key = models.CharField(max_length=160, help_text="What an import recognises the customer by.")
    name = models.CharField(max_length=160)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organisation", "key"], name="customer_key_once")]

    def __str__(self) -> str:
        return self.name


class Contact(Owned):
    """Somebody to reach at a customer, and what they agreed to receive."""

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="contacts")
    name = models.CharField(max_length=160)
    phone = models.CharField(max_length=40, blank=True)
    email = models.EmailField(blank=True)
    language = models.CharField(max_length=10, default="zh-hant")
    may_message = models.BooleanField(default=True, help_text="Messages about the service itself.")
    may_survey = models.BooleanField(default=True, help_text="Being asked how it went.")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(phone="")
                | ~models.Q(email="")
                | models.Q(may_message=False, may_survey=False),  # nobody writes to whom we have forgotten
                name="contact_can_be_reached",
            )
        ]

    def __str__(self) -> str:
        return self.name


class Erasure(Owned):
    """That a customer was forgotten. Their row stays as a pseudonym, so that all totals do; who they were is gone."""

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="+")
    erased_at = models.DateTimeField()
    erased_by = models.ForeignKey(User, on_delete=models.SET_NULL, related_name="+", null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["customer"], name="customer_erased_once")]

    def __str__(self) -> str:
        return f"{self.customer_id} {self.erased_at:%Y-%m-%d}"
