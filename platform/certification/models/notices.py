"""What has been sent to whom about which cycle: each once."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from certification.models.cycles import Cycle


class Notice(models.Model):
    """One message to one person, claimed before it is sent and confirmed after.

    The constraint is what makes a message sent once. A claim without confirmation is a worker that was cut off: it is
    sent again once, with the same Message-ID, so that nothing is lost and at most one mail is doubled.
    """

    class Stage(models.TextChoices):
        OPENED = "opened", _("må ta")
        DUE_SOON = "due_soon", _("fristen nærmer seg")
        OVERDUE = "overdue", _("over fristen")
        RENEW = "renew", _("kan fornyes")
        EXPIRES_SOON = "expires_soon", _("går snart ut")
        GRACE = "grace", _("utløpt, kan fornyes")
        EXPIRED = "expired", _("utløpt")
        DIGEST = "digest", _("ukesbrev til leder")

    class Channel(models.TextChoices):
        EMAIL = "email", _("e-post")

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    cycle = models.ForeignKey(Cycle, on_delete=models.PROTECT, null=True, related_name="+")
    stage = models.CharField(max_length=12, choices=Stage)
    channel = models.CharField(max_length=10, choices=Channel, default=Channel.EMAIL)
    week = models.CharField(max_length=8, blank=True, help_text="2026-W47, for what is sent every week.")
    message_id = models.CharField(max_length=120, unique=True)
    tries = models.PositiveSmallIntegerField(default=1)
    claimed_at = models.DateTimeField(default=timezone.now)
    confirmed_at = models.DateTimeField(null=True)
    failed = models.BooleanField(default=False, help_text="Given up: it is listed, and not tried again.")

    class Meta:
        verbose_name = _("melding")
        verbose_name_plural = _("meldinger")
        constraints = [
            models.UniqueConstraint(
                fields=["person", "cycle", "stage", "channel"],
                condition=Q(cycle__isnull=False),
                name="certification_notice_once",
            ),
            models.UniqueConstraint(
                fields=["person", "stage", "channel", "week"],
                condition=Q(cycle__isnull=True),
                name="certification_notice_once_a_week",
            ),
        ]
        indexes = [
            models.Index(
                fields=["claimed_at"], condition=Q(confirmed_at__isnull=True), name="certification_notice_open"
            ),
            models.Index(fields=["confirmed_at"], name="certification_notice_sent"),
        ]

    def __str__(self) -> str:
        return f"{self.person_id}: {self.stage} {self.week}"
