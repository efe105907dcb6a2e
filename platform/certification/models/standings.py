"""Where a person stands: derived from the rest, and kept."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from agencies.models import Unit
from certification.models.cycles import Cycle
from certification.models.rules import Certification, RequirementRule
from certification.statuses import DisplayStatus, StandingState


class Standing(models.Model):
    """Where a person stands with a certification: derived, then kept, with the day it changes by itself.

    A cache: `certification.services.settle` can rebuild it from cycles, requirements and decisions at any time. No page
    trusts a row whose `next_change_on` is today or past.

    No index that another one begins with, here and in the tables beside it: every one is written by every settle.
    """

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="standings", db_index=False
    )
    certification = models.ForeignKey(Certification, on_delete=models.PROTECT, related_name="standings", db_index=False)
    agency = models.ForeignKey(Unit, on_delete=models.PROTECT, null=True, related_name="+")
    # Standing: from dates alone.
    state = models.CharField(max_length=10, choices=StandingState)
    cycle = models.ForeignKey(
        Cycle,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        db_index=False,
        help_text="The satisfied cycle in force.",
    )
    valid_from = models.DateField(null=True)
    window_opens_on = models.DateField(null=True)
    expires_on = models.DateField(null=True)
    grace_until = models.DateField(null=True)
    # Requirement.
    required = models.BooleanField(default=False)
    waived = models.BooleanField(default=False)
    paused = models.BooleanField(default=False)
    due_on = models.DateField(null=True)
    rule = models.ForeignKey(RequirementRule, on_delete=models.PROTECT, null=True, related_name="+")
    # Cycle.
    open_cycle = models.ForeignKey(Cycle, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    begun = models.BooleanField(default=False)
    # What pages show, and when it changes.
    display = models.CharField(max_length=12, choices=DisplayStatus)
    computed_on = models.DateField()
    next_change_on = models.DateField(null=True)

    class Meta:
        verbose_name = _("status")
        verbose_name_plural = _("statuser")
        constraints = [
            models.UniqueConstraint(fields=["person", "certification"], name="certification_standing_once"),
        ]
        indexes = [
            models.Index(
                fields=["next_change_on"],
                condition=Q(next_change_on__isnull=False),
                name="certification_standing_next",
            ),
            models.Index(fields=["certification", "display", "expires_on"], name="certification_standing_list"),
        ]

    def __str__(self) -> str:
        return f"{self.person_id}: {self.certification_id} {self.state}"


class SettleMark(models.Model):
    """Until when what is known about a person has been settled: the sweep settles everyone with newer rows."""

    person = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    settled_at = models.DateTimeField()

    class Meta:
        verbose_name = _("oppgjort")
        verbose_name_plural = _("oppgjort")

    def __str__(self) -> str:
        return f"{self.person_id}: {self.settled_at}"
