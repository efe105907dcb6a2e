"""Why a person must, what was decided about her, each pass at it, and its proof."""

import secrets
import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from agencies.models import Role, Unit
from certification.models.rules import Certification, Policy, RequirementRule
from common.codes import new_code
from common.dated import Dated, dates_in_order
from courses.models import LearningPath
from evidence.models import Evidence


class Requirement(Dated):
    """One person must hold one certification, because of one rule through one membership, by a date."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="requirements")
    certification = models.ForeignKey(Certification, on_delete=models.PROTECT, related_name="+")
    rule = models.ForeignKey(RequirementRule, on_delete=models.PROTECT, related_name="+")
    agency = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    role = models.ForeignKey(Role, on_delete=models.PROTECT, related_name="+")
    membership_thread = models.UUIDField()
    due_on = models.DateField(_("frist"))

    class Meta:
        verbose_name = _("plikt")
        verbose_name_plural = _("plikter")
        constraints = [
            dates_in_order("certification_requirement_dates"),
            models.UniqueConstraint(
                fields=["person", "certification", "rule", "membership_thread"],
                condition=Q(superseded_at__isnull=True, valid_to__isnull=True),
                name="certification_requirement_one_open",
                violation_error_message=_("Personen har alt dette kravet."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id}: {self.certification_id} ({self.due_on})"


def new_salt() -> str:
    """128 random bits, so that a short reason cannot be guessed from its hash."""
    return secrets.token_hex(16)


class Decision(Dated):
    """Something a person decided about another's certification: waiver, extension, suspension, revocation …

    Each is a row with who, when and why; undoing it supersedes the row. `until` is the new last day of an extension or
    a correction. The ledger holds only a salted hash of the reason, so that the text can be erased and the chain stand.
    """

    class Kind(models.TextChoices):
        WAIVER = "waiver", _("fritak")
        EXTENSION = "extension", _("utsettelse")
        SUSPENSION = "suspension", _("satt på vent")
        REVOCATION = "revocation", _("trukket tilbake")
        CORRECTION = "correction", _("retting")
        PRIOR = "prior", _("godkjent tidligere læring")
        OPENING = "opening", _("ny omgang åpnet")
        UNDOING = "undoing", _("angret vedtak")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="decisions")
    certification = models.ForeignKey(Certification, on_delete=models.PROTECT, related_name="+")
    cycle = models.ForeignKey("Cycle", on_delete=models.PROTECT, null=True, related_name="decisions")
    agency = models.ForeignKey(Unit, on_delete=models.PROTECT, null=True, related_name="+")
    kind = models.CharField(max_length=12, choices=Kind)
    until = models.DateField(null=True)
    reason = models.TextField(_("begrunnelse"))
    salt = models.CharField(max_length=32, default=new_salt, editable=False)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("vedtak")
        verbose_name_plural = _("vedtak")
        constraints = [
            dates_in_order("certification_decision_dates"),
            models.CheckConstraint(
                condition=~Q(reason=""),
                name="certification_decision_reason",
                violation_error_message=_("Skriv en begrunnelse."),
            ),
            models.CheckConstraint(
                condition=~Q(kind__in=["extension", "correction"]) | Q(until__isnull=False),
                name="certification_decision_until",
                violation_error_message=_("En utsettelse eller retting trenger en ny siste dag."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.person_id}"


class Cycle(models.Model):
    """One pass at a certification, with the rules it was opened with and all the dates that follow.

    Opened with the strictest of the policies that then applied, field by field (`policy_ids` says which), and never
    re-read from them: a tighter policy met later applies from the next cycle. `baseline_expires_on` is what the rules
    gave; an extension moves `expires_on` and leaves the baseline, so later cycles do not drift.
    """

    class State(models.TextChoices):
        OPEN = "open", _("åpen")
        SATISFIED = "satisfied", _("oppfylt")
        CLOSED = "closed", _("avsluttet uten å være oppfylt")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="cycles", db_index=False
    )
    certification = models.ForeignKey(Certification, on_delete=models.PROTECT, related_name="cycles", db_index=False)
    agency = models.ForeignKey(Unit, on_delete=models.PROTECT, null=True, related_name="+")
    number = models.PositiveIntegerField()
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    imported = models.BooleanField(default=False, help_text="From a list of earlier certifications; holds no steps.")
    optional = models.BooleanField(default=False, help_text="Nobody requires it any more: open, but silent.")
    opened_on = models.DateField()
    recorded_at = models.DateTimeField(default=timezone.now, editable=False)
    time_zone = models.CharField(max_length=50, default="Europe/Oslo")

    # The merged policy, as it was when the cycle opened.
    policy_ids = models.JSONField(default=list, help_text="Of Policy, the national one first. None is ever deleted.")
    policy_versions = models.CharField(max_length=200, help_text="Of those, for every explanation: «2026-2».")
    path = models.ForeignKey(LearningPath, on_delete=models.PROTECT, related_name="+", db_index=False)
    steps = models.JSONField(
        help_text='What must be shown: [{"subject": "course"|"quiz", "key": uuid}], the union of the paths.'
    )
    pass_mark = models.PositiveSmallIntegerField()
    validity = models.CharField(max_length=20)
    window = models.CharField(max_length=20)
    grace = models.CharField(max_length=20)
    date_base = models.CharField(max_length=10, choices=Policy.DateBase)
    fixed_day = models.CharField(max_length=5, blank=True)
    minimum_active = models.CharField(max_length=20, blank=True)
    least_assurance = models.PositiveSmallIntegerField(choices=Evidence.Assurance)
    attempts = models.PositiveSmallIntegerField(null=True)
    cool_down_days = models.PositiveSmallIntegerField(default=0)

    # Dates. Calendar days in `time_zone`, the last day included.
    evidence_from = models.DateField(help_text="Evidence older than this does not count here.")
    due_on = models.DateField(null=True)
    begun_on = models.DateField(null=True, help_text="The first day she did anything towards it.")
    satisfied_on = models.DateField(null=True)
    valid_from = models.DateField(null=True)
    baseline_expires_on = models.DateField(null=True)
    expires_on = models.DateField(null=True)
    window_opens_on = models.DateField(null=True)
    grace_until = models.DateField(null=True)
    closed_on = models.DateField(null=True)
    editions = models.CharField(max_length=100, blank=True, help_text="Numbers of the editions that were read: «4, 2».")

    class Meta:
        verbose_name = _("omgang")
        verbose_name_plural = _("omganger")
        constraints = [
            models.UniqueConstraint(
                fields=["person", "certification"],
                condition=Q(state="open"),
                name="certification_cycle_one_open",
                violation_error_message=_("Personen har alt en åpen omgang for denne sertifiseringen."),
            ),
            models.UniqueConstraint(fields=["person", "certification", "number"], name="certification_cycle_number"),
            models.CheckConstraint(
                condition=~Q(state="satisfied")
                | Q(
                    satisfied_on__isnull=False,
                    valid_from__isnull=False,
                    expires_on__isnull=False,
                    baseline_expires_on__isnull=False,
                    window_opens_on__isnull=False,
                    grace_until__isnull=False,
                ),
                name="certification_cycle_satisfied_has_dates",
                violation_error_message=_("En oppfylt omgang må ha alle datoene."),
            ),
            models.CheckConstraint(
                condition=Q(expires_on__isnull=True)
                | Q(
                    expires_on__gte=F("valid_from"),
                    window_opens_on__lte=F("expires_on"),
                    grace_until__gte=F("expires_on"),
                ),
                name="certification_cycle_dates_in_order",
                violation_error_message=_("Datoene må stå i rekkefølge: fra, fornyes fra, til, henstand til."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id}: {self.certification_id} #{self.number}"


class CycleEvidence(models.Model):
    """Which evidence satisfied which step of a cycle. Written once, when the cycle is satisfied."""

    cycle = models.ForeignKey(Cycle, on_delete=models.PROTECT, related_name="evidence", db_index=False)
    evidence = models.ForeignKey(Evidence, on_delete=models.PROTECT, related_name="+")
    step = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["cycle", "step"], name="certification_cycleevidence_step"),
        ]

    def __str__(self) -> str:
        return f"{self.cycle_id}:{self.step}"


class Certificate(models.Model):
    """The proof of one satisfied cycle: page, PDF, public check. Rendered on demand from its row, never stored."""

    cycle = models.OneToOneField(Cycle, on_delete=models.PROTECT, related_name="certificate")
    code = models.CharField(max_length=26, default=new_code, editable=False, help_text="128 random bits.")
    issued_on = models.DateField()
    recorded_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("sertifikat")
        verbose_name_plural = _("sertifikater")
        constraints = [models.UniqueConstraint(fields=["code"], name="certification_certificate_code")]

    def __str__(self) -> str:
        return self.code
