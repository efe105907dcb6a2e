"""What is certified, by which rules, and whom an agency obliges."""

import uuid

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from agencies.models import Unit
from certification.periods import parse_period
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
    prior_learning = models.CharField(
        _("tidligere læring godtas når den er yngre enn"),
        max_length=20,
        blank=True,
        validators=[check_period],
        help_text="Empty: as long as what it would earn holds.",
    )
    note = models.TextField(_("hva som er endret, og hvorfor"), blank=True)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, editable=False, related_name="+"
    )

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
    thread = models.UUIDField(default=uuid.uuid4, editable=False, help_text="The same for every version of the rule.")
    # Keys, not links: a version of a rule is never changed, and neither is the key of a role, sector or region.
    sector_keys = models.JSONField(default=list, blank=True, help_text='["school"]; an empty list narrows nothing.')
    role_keys = models.JSONField(default=list, blank=True)
    region_keys = models.JSONField(default=list, blank=True)
    employed_from = models.DateField(_("ansatt fra og med"), null=True, blank=True)
    due_days = models.PositiveSmallIntegerField(_("frist, dager etter start"), null=True, blank=True)
    due_on = models.DateField(_("frist"), null=True, blank=True)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, editable=False, related_name="+"
    )

    class Meta:
        verbose_name = _("krav")
        verbose_name_plural = _("krav")
        constraints = [
            dates_in_order("certification_rule_dates"),
            models.UniqueConstraint(
                fields=["thread"],
                condition=Q(superseded_at__isnull=True),
                name="certification_rule_one_current",
                violation_error_message=_("Kravet har alt en nyere versjon."),
            ),
            models.CheckConstraint(
                condition=Q(due_days__isnull=True, due_on__isnull=False)
                | Q(due_days__isnull=False, due_on__isnull=True),
                name="certification_rule_one_due",
                violation_error_message=_("Velg enten en dato eller et antall dager som frist."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.certification}: {self.label}"
