"""Law, help lines, terms and where they come from: data with a checked date, never text in a lesson."""

import datetime as dt

from django.db import models
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from common.translated import Translated, char, text


class Checked(models.Model):
    """A fact that somebody has checked, and that somebody must check again.

    A fact past `review_due` is still shown: an old number is better than none. It is flagged to its owner.
    """

    verified_on = models.DateField(_("kontrollert"))
    review_due = models.DateField(_("kontrolleres igjen innen"))

    class Meta:
        abstract = True

    def is_due(self, today: dt.date | None = None) -> bool:
        return self.review_due < (today or timezone.localdate())


class Source(Checked):
    """A publication that facts rest on. Kept when it is replaced: older content still points to it."""

    class Sureness(models.TextChoices):
        A = "A", _("A: lovtekst eller ansvarlig myndighet")
        B = "B", _("B: offentlig kilde eller forskning, eldre eller udatert")
        C = "C", _("C: andrehånds")

    key = models.SlugField(_("nøkkel"), unique=True, error_messages={"unique": _("Nøkkelen er alt i bruk.")})
    title_nb = char(_("tittel, bokmål"), max_length=300)
    title_nn = char(_("tittel, nynorsk"), max_length=300, blank=True)
    title_en = char(_("tittel, engelsk"), max_length=300, blank=True)
    publisher = models.CharField(_("utgiver"), max_length=200)
    url = models.URLField(_("adresse"), blank=True, max_length=500)
    published = models.CharField(_("publisert"), max_length=100, blank=True)
    sureness = models.CharField(_("sikkerhet"), max_length=1, choices=Sureness)

    title = Translated()

    class Meta:
        verbose_name = _("kilde")
        verbose_name_plural = _("kilder")
        ordering = ["key"]

    def __str__(self) -> str:
        return self.title_nb


class LegalReference(Checked):
    """One section of one Act, as it stood when it was checked. A new wording is a new row with its own dates."""

    key = models.SlugField(_("nøkkel"), unique=True, error_messages={"unique": _("Nøkkelen er alt i bruk.")})
    act_id = models.CharField(_("lovens id"), max_length=40)
    section = models.CharField(_("paragraf"), max_length=40)
    title_nb = char(_("tittel, bokmål"))
    title_nn = char(_("tittel, nynorsk"), blank=True)
    title_en = char(_("tittel, engelsk"), blank=True)
    summary_nb = text(_("innhold, bokmål"))
    summary_nn = text(_("innhold, nynorsk"), blank=True)
    summary_en = text(_("innhold, engelsk"), blank=True)
    url = models.URLField(_("adresse"), max_length=500)
    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="laws", verbose_name=_("kilde"))
    valid_from = models.DateField(_("i kraft fra"), null=True, blank=True)
    valid_to = models.DateField(_("i kraft til og med"), null=True, blank=True)

    title = Translated()
    summary = Translated()

    @property
    def named(self) -> str:
        """As a reader looks it up: the Act, the section, and what it is about."""
        return f"{self.source.title} {self.section}, {self.title}"

    class Meta:
        verbose_name = _("lovhenvisning")
        verbose_name_plural = _("lovhenvisninger")
        ordering = ["title_nb"]

    def __str__(self) -> str:
        return self.title_nb


class ContactPoint(Checked):
    """Whom to call. Shown live wherever it is used, so that a corrected number is correct everywhere at once."""

    key = models.SlugField(_("nøkkel"), unique=True, error_messages={"unique": _("Nøkkelen er alt i bruk.")})
    name_nb = char(_("navn, bokmål"))
    name_nn = char(_("navn, nynorsk"), blank=True)
    name_en = char(_("navn, engelsk"), blank=True)
    number = models.CharField(_("nummer, slik det vises"), max_length=30)
    tel = models.CharField(_("nummer, slik det ringes"), max_length=20)
    audience_nb = char(_("for hvem, bokmål"), blank=True)
    audience_nn = char(_("for hvem, nynorsk"), blank=True)
    audience_en = char(_("for hvem, engelsk"), blank=True)
    hours_nb = char(_("åpent, bokmål"), blank=True)
    hours_nn = char(_("åpent, nynorsk"), blank=True)
    hours_en = char(_("åpent, engelsk"), blank=True)
    url = models.URLField(_("nettside"), blank=True, max_length=500)
    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="contacts", verbose_name=_("kilde"))
    in_footer = models.BooleanField(_("vises nederst på alle sider"), default=False)
    position = models.PositiveSmallIntegerField(_("rekkefølge"), default=100)

    name = Translated()
    audience = Translated()
    hours = Translated()

    class Meta:
        verbose_name = _("hjelpelinje")
        verbose_name_plural = _("hjelpelinjer")
        ordering = ["position", "key"]

    def __str__(self) -> str:
        return f"{self.name_nb}, {self.number}"


class Term(Checked):
    """A word of the field with its current meaning and its older names."""

    key = models.SlugField(_("nøkkel"), unique=True, error_messages={"unique": _("Nøkkelen er alt i bruk.")})
    preferred_nb = char(_("uttrykk, bokmål"))
    preferred_nn = char(_("uttrykk, nynorsk"), blank=True)
    preferred_en = char(_("uttrykk, engelsk"), blank=True)
    meaning_nb = text(_("betydning, bokmål"))
    meaning_nn = text(_("betydning, nynorsk"), blank=True)
    meaning_en = text(_("betydning, engelsk"), blank=True)
    synonyms_nb = char(_("andre uttrykk, skilt med semikolon, bokmål"), max_length=300, blank=True)
    synonyms_nn = char(_("andre uttrykk, skilt med semikolon, nynorsk"), max_length=300, blank=True)
    synonyms_en = char(_("andre uttrykk, skilt med semikolon, engelsk"), max_length=300, blank=True)
    jurisdiction = models.CharField(_("land"), max_length=2, default="NO")
    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="terms", verbose_name=_("kilde"))
    valid_from = models.DateField(_("brukes fra"), null=True, blank=True)
    valid_to = models.DateField(_("brukes til og med"), null=True, blank=True)

    preferred = Translated()
    meaning = Translated()

    def is_in_use(self, today: dt.date | None = None) -> bool:
        """Whether it is said today: begun, and not over."""
        day = today or timezone.localdate()
        return (self.valid_from is None or self.valid_from <= day) and (self.valid_to is None or day <= self.valid_to)

    @property
    def others(self) -> list[str]:
        """What else it is called, or was, in the reader's language: a synonym of another language is none."""
        synonyms: str = getattr(self, f"synonyms_{(get_language() or 'nb')[:2]}")
        return [word.strip() for word in synonyms.split(";") if word.strip()]

    class Meta:
        verbose_name = _("begrep")
        verbose_name_plural = _("begreper")
        ordering = ["preferred_nb"]

    def __str__(self) -> str:
        return self.preferred_nb
