"""What is certified, by which rules, why a person must, each pass at it, and where she stands.

Three axes, never one enum: *standing* (from dates), *requirement* (must she, is she excused), *cycle* (has she begun).
"""

import uuid

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from agencies.models import Region, Role, Sector, Unit
from certification.periods import parse_period
from certification.statuses import DisplayStatus, StandingState
from common.codes import new_code
from common.dated import Dated, Recorded, dates_in_order
from common.translated import Translated, char, text
from courses.models import LearningPath
from evidence.models import Evidence


def check_period(value: str) -> None:
    """Validator: an ISO 8601 duration in calendar units, such as P12M."""
    try:
        parse_period(value)
    except ValueError as error:
        raise ValidationError(_("Skriv en periode som P12M (tolv måneder) eller P60D (seksti dager).")) from error


class Certification(models.Model):
    """Something a person can be certified for, such as «Handlekraft skole». Archived, never deleted."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    key = models.SlugField(_("nøkkel"), unique=True, error_messages={"unique": _("Nøkkelen er alt i bruk.")})
    name_nb = char(_("navn, bokmål"))
    name_nn = char(_("navn, nynorsk"), blank=True)
    name_en = char(_("navn, engelsk"), blank=True)
    statement_nb = text(_("hva den viser, bokmål"))
    statement_nn = text(_("hva den viser, nynorsk"), blank=True)
    statement_en = text(_("hva den viser, engelsk"), blank=True)
    owner = models.ForeignKey(
        Unit, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("eier")
    )
    archived_on = models.DateField(_("arkivert"), null=True, blank=True)

    name = Translated()
    statement = Translated()

    class Meta:
        verbose_name = _("sertifisering")
        verbose_name_plural = _("sertifiseringer")
        ordering = ["key"]

    def __str__(self) -> str:
        return self.name_nb


class Policy(Recorded):
    """One version of the rules of a certification: national (no agency) or an agency's tightening of them.

    Never edited: a change supersedes the version, and each cycle keeps what it was opened with. An agency's version may
    leave any field empty, which means "as the national one"; window and date base are national only, since standing is
    the same everywhere.
    """

    class DateBase(models.TextChoices):
        COMPLETION = "completion", _("dagen alt er bestått")
        EXPIRY = "expiry", _("dagen etter forrige utløp")
        FIXED = "fixed", _("en fast dag i året")

    certification = models.ForeignKey(Certification, on_delete=models.PROTECT, related_name="policies")
    agency = models.ForeignKey(Unit, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    version = models.CharField(_("versjon"), max_length=20, help_text="Such as 2026-2, unique per owner.")
    valid_from = models.DateField(_("gjelder fra"))
    path = models.ForeignKey(LearningPath, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    refresher_path = models.ForeignKey(LearningPath, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    pass_mark = models.PositiveSmallIntegerField(
        _("bestått ved, prosent"), null=True, validators=[MinValueValidator(1), MaxValueValidator(100)]
    )
    validity = models.CharField(_("gyldig i"), max_length=20, blank=True, validators=[check_period])
    window = models.CharField(_("kan fornyes"), max_length=20, blank=True, validators=[check_period])
    grace = models.CharField(_("henstand"), max_length=20, blank=True, validators=[check_period])
    date_base = models.CharField(_("regnes fra"), max_length=10, blank=True, choices=DateBase)
    fixed_day = models.CharField(_("fast dag"), max_length=5, blank=True, help_text="MM-DD, for the fixed base.")
    minimum_active = models.CharField(max_length=20, blank=True, validators=[check_period])
    least_assurance = models.PositiveSmallIntegerField(null=True, choices=Evidence.Assurance)
    attempts = models.PositiveSmallIntegerField(_("forsøk"), null=True, blank=True)
    cool_down_days = models.PositiveSmallIntegerField(_("dager mellom forsøk"), null=True, blank=True)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = _("regel")
        verbose_name_plural = _("regler")
        constraints = [
            models.UniqueConstraint(
                fields=["certification", "agency", "version"],
                condition=Q(superseded_at__isnull=True),
                name="certification_policy_version",
                violation_error_message=_("Versjonen finnes alt."),
            ),
            # SQLite takes two rows without an agency for different ones.
            models.UniqueConstraint(
                fields=["certification", "version"],
                condition=Q(superseded_at__isnull=True, agency__isnull=True),
                name="certification_policy_national_version",
                violation_error_message=_("Versjonen finnes alt."),
            ),
            models.CheckConstraint(
                condition=Q(agency__isnull=False)
                | (
                    Q(path__isnull=False, pass_mark__isnull=False, least_assurance__isnull=False)
                    & ~Q(validity="")
                    & ~Q(window="")
                    & ~Q(date_base="")
                ),
                name="certification_policy_national_whole",
                violation_error_message=_("En nasjonal regel må fylles helt ut."),
            ),
            models.CheckConstraint(
                condition=Q(agency__isnull=True) | Q(window="", date_base="", fixed_day=""),
                name="certification_policy_window_national",
                violation_error_message=_("Vindu og regnemåte bestemmes nasjonalt."),
            ),
        ]

    def __str__(self) -> str:
        return self.version


class RequirementRule(Dated):
    """Whom an agency obliges: a subtree, narrowed by role, sector or region, with a due date.

    Editing supersedes. Who falls under it is recomputed both ways; leaving a rule ends the requirement, never the
    standing.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    certification = models.ForeignKey(Certification, on_delete=models.PROTECT, related_name="rules")
    agency = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", verbose_name=_("enhet"))
    label = models.CharField(_("navn"), max_length=40, help_text="Such as 2026-2: named in every explanation.")
    sectors = models.ManyToManyField(Sector, blank=True, related_name="+")
    roles = models.ManyToManyField(Role, blank=True, related_name="+")
    regions = models.ManyToManyField(Region, blank=True, related_name="+")
    employed_from = models.DateField(_("ansatt fra og med"), null=True, blank=True)
    due_days = models.PositiveSmallIntegerField(_("frist, dager etter start"), null=True, blank=True)
    due_on = models.DateField(_("frist"), null=True, blank=True)

    class Meta:
        verbose_name = _("krav")
        verbose_name_plural = _("krav")
        constraints = [
            dates_in_order("certification_rule_dates"),
            models.CheckConstraint(
                condition=Q(due_days__isnull=True, due_on__isnull=False)
                | Q(due_days__isnull=False, due_on__isnull=True),
                name="certification_rule_one_due",
                violation_error_message=_("Velg enten en dato eller et antall dager som frist."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.certification}: {self.label}"


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


class Decision(Dated):
    """Something a person decided about another's certification: waiver, extension, suspension, revocation …

    Each is a row with who, when and why; undoing it supersedes the row. `until` is the new last day of an extension.
    """

    class Kind(models.TextChoices):
        WAIVER = "waiver", _("fritak")
        EXTENSION = "extension", _("utsettelse")
        SUSPENSION = "suspension", _("satt på vent")
        REVOCATION = "revocation", _("trukket tilbake")
        CORRECTION = "correction", _("retting")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="decisions")
    certification = models.ForeignKey(Certification, on_delete=models.PROTECT, related_name="+")
    cycle = models.ForeignKey("Cycle", on_delete=models.PROTECT, null=True, related_name="decisions")
    agency = models.ForeignKey(Unit, on_delete=models.PROTECT, null=True, related_name="+")
    kind = models.CharField(max_length=12, choices=Kind)
    until = models.DateField(null=True)
    reason = models.TextField(_("begrunnelse"))
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
                condition=~Q(kind="extension") | Q(until__isnull=False),
                name="certification_decision_until",
                violation_error_message=_("En utsettelse trenger en ny siste dag."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.person_id}"


class Cycle(models.Model):
    """One pass at a certification, with the rules it was opened with and all the dates that follow.

    Opened with the strictest of the policies that then applied, field by field (`policies` says which), and never
    re-read from them: a tighter policy met later applies from the next cycle. `baseline_expires_on` is what the rules
    gave; an extension moves `expires_on` and leaves the baseline, so later cycles do not drift.
    """

    class State(models.TextChoices):
        OPEN = "open", _("åpen")
        SATISFIED = "satisfied", _("oppfylt")
        CLOSED = "closed", _("avsluttet uten å være oppfylt")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="cycles")
    certification = models.ForeignKey(Certification, on_delete=models.PROTECT, related_name="cycles")
    agency = models.ForeignKey(Unit, on_delete=models.PROTECT, null=True, related_name="+")
    number = models.PositiveIntegerField()
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    optional = models.BooleanField(default=False, help_text="Nobody requires it any more: open, but silent.")
    opened_on = models.DateField()
    recorded_at = models.DateTimeField(default=timezone.now, editable=False)
    time_zone = models.CharField(max_length=50, default="Europe/Oslo")

    # The merged policy, as it was when the cycle opened.
    policies = models.ManyToManyField(Policy, related_name="+")
    policy_versions = models.CharField(max_length=200, help_text="Of `policies`, for every explanation: «2026-2».")
    path = models.ForeignKey(LearningPath, on_delete=models.PROTECT, related_name="+")
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

    cycle = models.ForeignKey(Cycle, on_delete=models.PROTECT, related_name="evidence")
    evidence = models.ForeignKey(Evidence, on_delete=models.PROTECT, related_name="+")
    step = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["cycle", "step"], name="certification_cycleevidence_step"),
        ]

    def __str__(self) -> str:
        return f"{self.cycle_id}:{self.step}"


class Standing(models.Model):
    """Where a person stands with a certification: derived, then kept, with the day it changes by itself.

    A cache: `certification.services.settle` can rebuild it from cycles, requirements and decisions at any time. No page
    trusts a row whose `next_change_on` is today or past.
    """

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="standings")
    certification = models.ForeignKey(Certification, on_delete=models.PROTECT, related_name="standings")
    agency = models.ForeignKey(Unit, on_delete=models.PROTECT, null=True, related_name="+")
    # Standing: from dates alone.
    state = models.CharField(max_length=10, choices=StandingState)
    cycle = models.ForeignKey(
        Cycle,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
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
    open_cycle = models.ForeignKey(Cycle, on_delete=models.PROTECT, null=True, related_name="+")
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


class Certificate(models.Model):
    """The proof of one satisfied cycle: page, PDF, public check. Rendered on demand from its row, never stored."""

    cycle = models.OneToOneField(Cycle, on_delete=models.PROTECT, related_name="certificate")
    code = models.CharField(max_length=26, unique=True, default=new_code, editable=False, help_text="128 random bits.")
    issued_on = models.DateField()
    recorded_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("sertifikat")
        verbose_name_plural = _("sertifikater")

    def __str__(self) -> str:
        return self.code
