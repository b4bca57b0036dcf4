"""Letters to regional managers about a week."""

from django.db import models

from communities.models import Owned, User


class WeeklyReport(Owned):
    """One manager's report of one week: wanted, then sent, or quiet when there was nothing to say."""

    class State(models.TextChoices):
        WANTED = "wanted", "To be sent"
        SENT = "sent", "Sent"
        QUIET = "quiet", "Nothing to say"

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="weekly_reports")
    week_on = models.DateField(help_text="The Monday on which the week began.")
    state = models.CharField(max_length=6, choices=State.choices, default=State.WANTED)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "week_on"], name="weekly_report_once")]

    def __str__(self) -> str:
        return f"{self.user_id} {self.week_on}"
