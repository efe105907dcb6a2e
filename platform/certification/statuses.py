"""The words of the three axes, and the one table of words and icons that pages show."""

from dataclasses import dataclass

from django.db import models
from django.utils.translation import gettext_lazy as _


class StandingState(models.TextChoices):
    """Where a person stands, from dates alone. First match wins, in this order (standing.py)."""

    REVOKED = "revoked", _("trukket tilbake")
    SUSPENDED = "suspended", _("satt på vent")
    NEVER = "never", _("aldri sertifisert")
    CERTIFIED = "certified", _("sertifisert")
    WINDOW = "window", _("kan fornyes")
    GRACE = "grace", _("henstand")
    EXPIRED = "expired", _("utløpt")


class DisplayStatus(models.TextChoices):
    """What pages show about a person: computed from standing, requirement and cycle by standing.display_status."""

    VALID = "valid", _("Gyldig")
    WINDOW = "window", _("Må fornyes")
    GRACE = "grace", _("Utløpt, kan fornyes")
    OVERDUE = "overdue", _("Over fristen")
    EXPIRED = "expired", _("Utløpt")
    REVOKED = "revoked", _("Trukket tilbake")
    SUSPENDED = "suspended", _("Satt på vent")
    IN_PROGRESS = "in_progress", _("Underveis")
    NOT_STARTED = "not_started", _("Ikke begynt")
    WAIVED = "waived", _("Fritatt")


@dataclass(frozen=True, slots=True)
class Look:
    """How a display status looks: Designsystemet's colour name and the icon of the sprite."""

    color: str
    icon: str


LOOKS: dict[str, Look] = {
    DisplayStatus.VALID: Look("success", "check"),
    DisplayStatus.WINDOW: Look("warning", "clock"),
    DisplayStatus.GRACE: Look("warning", "clock"),
    DisplayStatus.OVERDUE: Look("danger", "warn"),
    DisplayStatus.EXPIRED: Look("danger", "cross"),
    DisplayStatus.REVOKED: Look("danger", "ban"),
    DisplayStatus.SUSPENDED: Look("danger", "ban"),
    DisplayStatus.IN_PROGRESS: Look("info", "half"),
    DisplayStatus.NOT_STARTED: Look("neutral", "open"),
    DisplayStatus.WAIVED: Look("neutral", "waived"),
}
