"""Where people work, as what, since when, and who may see them."""

import uuid
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from treebeard.mp_tree import MP_Node

from common.dated import Dated, dates_in_order
from common.names import name_key
from common.translated import Translated, char


class Unit(MP_Node):
    """A node of the organisation as it is today: directorate, county, municipality, school, ward.

    The tree is a materialised path, so a subtree is a prefix of `path`. How the tree looked before is in UnitParent. A
    unit is never deleted while anything points to it; one that closes gets `closed_on`. A unit with `is_agency` has, or
    may have, its own certification policy; rows that grow carry their agency so that big tables can be split by it.
    """

    class Kind(models.TextChoices):
        DIRECTORATE = "directorate", _("direktorat")
        COUNTY = "county", _("fylke")
        MUNICIPALITY = "municipality", _("kommune")
        POLICE_DISTRICT = "police_district", _("politidistrikt")
        HEALTH_TRUST = "health_trust", _("helseforetak")
        DEPARTMENT = "department", _("avdeling")
        SCHOOL = "school", _("skole")
        KINDERGARTEN = "kindergarten", _("barnehage")
        STATION = "station", _("stasjon")
        WARD = "ward", _("sengepost")
        OFFICE = "office", _("kontor")

    public_id = models.UUIDField(_("offentlig id"), default=uuid.uuid4, unique=True, editable=False)
    name_nb = char(_("navn"))
    name_nn = char(_("navn på nynorsk"), blank=True)
    name_en = char(_("navn på engelsk"), blank=True)
    name_key = models.CharField(_("sorteringsnøkkel"), max_length=450, editable=False)
    kind = models.CharField(_("slag"), max_length=20, choices=Kind)
    code = models.CharField(
        _("kode i personalsystemet"),
        max_length=40,
        blank=True,
        help_text=_("Slik enheten heter i listen fra personalsystemet. Unik i virksomheten."),
    )
    is_agency = models.BooleanField(_("virksomhet"), default=False)
    agency = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="+", editable=False
    )
    time_zone = models.CharField(_("tidssone"), max_length=50, default="Europe/Oslo")
    closed_on = models.DateField(_("lagt ned"), null=True, blank=True)

    name = Translated()
    node_order_by: list[str] = []

    class Meta:
        verbose_name = _("enhet")
        verbose_name_plural = _("enheter")
        constraints = [
            models.UniqueConstraint(
                fields=["agency", "code"],
                condition=~Q(code=""),
                name="agencies_unit_code_in_agency",
                violation_error_message=_("En annen enhet i virksomheten har denne koden."),
            )
        ]

    def __str__(self) -> str:
        return self.name_nb

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Keeps the sort key in step with the name: a derived field, not a rule."""
        self.name_key = name_key(self.name_nb)
        super().save(*args, **kwargs)


class UnitParent(Dated):
    """Under which parent a unit stood, and when: the tree of earlier days, as known on any day."""

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="parents", verbose_name=_("enhet"))
    parent = models.ForeignKey(
        Unit, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("overordnet")
    )

    class Meta:
        verbose_name = _("plassering")
        verbose_name_plural = _("plasseringer")
        constraints = [
            dates_in_order("agencies_unitparent_dates"),
            models.UniqueConstraint(
                fields=["unit"],
                condition=Q(superseded_at__isnull=True, valid_to__isnull=True),
                name="agencies_unitparent_one_open",
                violation_error_message=_("Enheten har alt en plassering som gjelder nå."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.unit} < {self.parent or '–'}"


class Region(models.Model):
    """An area that cuts across the tree, such as the five RVTS regions: named units with their subtrees."""

    key = models.SlugField(_("nøkkel"), unique=True)
    name_nb = char(_("navn, bokmål"))
    name_nn = char(_("navn, nynorsk"), blank=True)
    name_en = char(_("navn, engelsk"), blank=True)
    units = models.ManyToManyField(Unit, related_name="regions", verbose_name=_("enheter"), blank=True)

    name = Translated()

    class Meta:
        verbose_name = _("region")
        verbose_name_plural = _("regioner")
        ordering = ["name_nb"]

    def __str__(self) -> str:
        return self.name_nb


class Sector(models.Model):
    """School, police, health, child welfare, NAV …"""

    key = models.SlugField(_("nøkkel"), unique=True)
    name_nb = char(_("navn, bokmål"))
    name_nn = char(_("navn, nynorsk"), blank=True)
    name_en = char(_("navn, engelsk"), blank=True)

    name = Translated()

    class Meta:
        verbose_name = _("sektor")
        verbose_name_plural = _("sektorer")
        ordering = ["name_nb"]

    def __str__(self) -> str:
        return self.name_nb


class Role(models.Model):
    """A professional role: teacher, school nurse, patrol officer. It decides which requirements apply to a person."""

    key = models.SlugField(_("nøkkel"), unique=True)
    sector = models.ForeignKey(Sector, on_delete=models.PROTECT, related_name="roles", verbose_name=_("sektor"))
    name_nb = char(_("navn, bokmål"))
    name_nn = char(_("navn, nynorsk"), blank=True)
    name_en = char(_("navn, engelsk"), blank=True)

    name = Translated()

    class Meta:
        verbose_name = _("yrkesrolle")
        verbose_name_plural = _("yrkesroller")
        ordering = ["name_nb"]

    def __str__(self) -> str:
        return self.name_nb


class Membership(Dated):
    """A person in a unit with a role. Several at once are normal.

    `thread` stays the same when a row is superseded by a corrected or closed one, so leave and history can follow it.
    """

    class Origin(models.TextChoices):
        ROSTER = "roster", _("ansattliste")
        SIGN_IN = "sign_in", _("innlogging")
        CLAIM = "claim", _("egen melding")
        BY_HAND = "by_hand", _("lagt inn for hånd")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    thread = models.UUIDField(default=uuid.uuid4, editable=False, db_index=True)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="memberships", verbose_name=_("person")
    )
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="memberships", verbose_name=_("enhet"))
    agency = models.ForeignKey(Unit, on_delete=models.PROTECT, null=True, related_name="+", editable=False)
    role = models.ForeignKey(Role, on_delete=models.PROTECT, related_name="+", verbose_name=_("yrkesrolle"))
    origin = models.CharField(_("kilde"), max_length=10, choices=Origin, default=Origin.BY_HAND)

    class Meta:
        verbose_name = _("stilling")
        verbose_name_plural = _("stillinger")
        constraints = [
            dates_in_order("agencies_membership_dates"),
            models.UniqueConstraint(
                fields=["person", "unit", "role"],
                condition=Q(superseded_at__isnull=True, valid_to__isnull=True),
                name="agencies_membership_one_open",
                violation_error_message=_("Personen har alt denne rollen i enheten."),
            ),
            models.UniqueConstraint(
                fields=["thread"],
                condition=Q(superseded_at__isnull=True),
                name="agencies_membership_one_current",
                violation_error_message=_("Stillingen har alt en nyere rad."),
            ),
        ]
        indexes = [
            models.Index(
                fields=["unit", "person"],
                condition=Q(superseded_at__isnull=True),
                name="agencies_membership_unit",
            ),
            models.Index(fields=["recorded_at"], name="agencies_membership_recorded"),
        ]

    def __str__(self) -> str:
        return f"{self.person}, {self.role}, {self.unit}"


class MembershipPause(Dated):
    """Leave from one membership, from–to. The reason is never stored."""

    membership = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+", verbose_name=_("stilling"))

    class Meta:
        verbose_name = _("permisjon")
        verbose_name_plural = _("permisjoner")
        constraints = [
            dates_in_order("agencies_pause_dates"),
            models.UniqueConstraint(
                fields=["membership"],
                condition=Q(superseded_at__isnull=True, valid_to__isnull=True),
                name="agencies_pause_one_open",
                violation_error_message=_("Stillingen har alt en permisjon uten sluttdato."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.membership}: {self.valid_from}–{self.valid_to or ''}"


class Grant(Dated):
    """A function given to a person on a unit, always for the whole subtree.

    Giving a grant lower down never takes sight from anyone above: grants only add.
    """

    class Function(models.TextChoices):
        MANAGER = "manager", _("leder")
        REPORTER = "reporter", _("rapportleser")
        ADMINISTRATOR = "administrator", _("administrator")
        TRAINER = "trainer", _("fagansvarlig")
        COORDINATOR = "coordinator", _("koordinator")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="grants", verbose_name=_("person")
    )
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="grants", verbose_name=_("enhet"))
    function = models.CharField(_("funksjon"), max_length=15, choices=Function)
    given_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", editable=False
    )

    class Meta:
        verbose_name = _("funksjon")
        verbose_name_plural = _("funksjoner")
        constraints = [
            dates_in_order("agencies_grant_dates"),
            models.UniqueConstraint(
                fields=["person", "unit", "function"],
                condition=Q(superseded_at__isnull=True, valid_to__isnull=True),
                name="agencies_grant_one_open",
                violation_error_message=_("Personen har alt denne funksjonen her."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person}: {self.get_function_display()}, {self.unit}"
