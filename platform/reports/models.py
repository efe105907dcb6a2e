"""Counts of people, kept by deltas so that no settle ever waits for another.

Reading is adding: a count for a subtree is the sum over its units of Tally and of the TallyDelta rows not yet folded
into it. See `contributions.py` for why sums over a subtree count each person once.
"""

from django.conf import settings
from django.db import models
from django.utils import timezone

from agencies.models import Role, Unit
from certification.models import Certification
from reports.contributions import TallyStatus


class Counted(models.Model):
    """What a person is counted as now, for one certification: what a change is subtracted from.

    `units` is what was added for her (contributions.Kept). One row per person and certification, changed in the same
    transaction as the deltas, so that the deltas always add up to it.
    """

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", db_index=False)
    certification = models.ForeignKey(Certification, on_delete=models.PROTECT, related_name="+", db_index=False)
    status = models.PositiveSmallIntegerField(choices=TallyStatus)
    units = models.JSONField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "certification"], name="reports_counted_once")]

    def __str__(self) -> str:
        return f"{self.person_id}: {self.status}"


class Tally(models.Model):
    """Folded counts at one unit. A row for "all roles" has no role. Counts may be negative: see contributions.py."""

    agency = models.ForeignKey(Unit, on_delete=models.PROTECT, null=True, related_name="+")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    certification = models.ForeignKey(Certification, on_delete=models.PROTECT, related_name="+", db_index=False)
    role = models.ForeignKey(Role, on_delete=models.PROTECT, null=True, related_name="+")
    status = models.PositiveSmallIntegerField(choices=TallyStatus)
    count = models.IntegerField()

    class Meta:
        # Two constraints, since SQLite takes two rows without a role for different ones.
        constraints = [
            models.UniqueConstraint(fields=["certification", "unit", "role", "status"], name="reports_tally_once"),
            models.UniqueConstraint(
                fields=["certification", "unit", "status"],
                condition=models.Q(role__isnull=True),
                name="reports_tally_all_roles_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.unit_id} {self.status}: {self.count}"


class TallyDelta(models.Model):
    """A change of a count, waiting to be folded. Inserted by every settle, deleted by the fold that adds it."""

    agency = models.ForeignKey(Unit, on_delete=models.PROTECT, null=True, related_name="+")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", db_index=False)
    certification = models.ForeignKey(Certification, on_delete=models.PROTECT, related_name="+", db_index=False)
    role = models.ForeignKey(Role, on_delete=models.PROTECT, null=True, related_name="+")
    status = models.PositiveSmallIntegerField(choices=TallyStatus)
    delta = models.SmallIntegerField()
    recorded_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        indexes = [models.Index(fields=["unit", "certification"], name="reports_delta_unit")]

    def __str__(self) -> str:
        return f"{self.unit_id} {self.status}: {self.delta:+}"


class TallyMonth(models.Model):
    """The counts as they were at the end of a month, for the trend. Written once."""

    month = models.DateField(help_text="First day of the month.")
    agency = models.ForeignKey(Unit, on_delete=models.PROTECT, null=True, related_name="+")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    certification = models.ForeignKey(Certification, on_delete=models.PROTECT, related_name="+")
    role = models.ForeignKey(Role, on_delete=models.PROTECT, null=True, related_name="+")
    status = models.PositiveSmallIntegerField(choices=TallyStatus)
    count = models.IntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["month", "certification", "unit", "role", "status"], name="reports_month_once"
            ),
            models.UniqueConstraint(
                fields=["month", "certification", "unit", "status"],
                condition=models.Q(role__isnull=True),
                name="reports_month_all_roles_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m} {self.unit_id} {self.status}: {self.count}"
