"""What people are asked, and what they answered."""

import uuid

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey, ParentalManyToManyField
from modelcluster.models import ClusterableModel

from agencies.models import Unit
from common.translated import Translated, char, pick, text
from facts.models import LegalReference, Source


# Item is a modelcluster model, and those are untyped, so its managers are not known to the type checker.
class Topic(models.Model):  # type: ignore[django-manager-missing]
    """What a question is about. Quizzes draw a number of questions from each topic."""

    key = models.SlugField(_("nøkkel"), unique=True)
    name_nb = char(_("navn, bokmål"))
    name_nn = char(_("navn, nynorsk"), blank=True)
    name_en = char(_("navn, engelsk"), blank=True)

    name = Translated()

    class Meta:
        verbose_name = _("tema")
        verbose_name_plural = _("temaer")
        ordering = ["name_nb"]

    def __str__(self) -> str:
        return self.name_nb


class Item(ClusterableModel):
    """A question in the bank, as its author works on it.

    What is asked is never this row: saving it makes an immutable ItemVersion when the content has changed, and attempts
    are pinned to versions. An item that is not used any more is retired, never deleted.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    code = models.CharField(_("kode"), max_length=20, unique=True, error_messages={"unique": _("Koden er alt i bruk.")})
    topic = models.ForeignKey(Topic, on_delete=models.PROTECT, related_name="items", verbose_name=_("tema"))
    stem_nb = text(_("spørsmål, bokmål"))
    stem_nn = text(_("spørsmål, nynorsk"), blank=True)
    stem_en = text(_("spørsmål, engelsk"), blank=True)
    why_nb = text(_("begrunnelse, bokmål"))
    why_nn = text(_("begrunnelse, nynorsk"), blank=True)
    why_en = text(_("begrunnelse, engelsk"), blank=True)
    sources = ParentalManyToManyField(Source, related_name="+", blank=True, verbose_name=_("kilder"))
    laws = ParentalManyToManyField(LegalReference, related_name="+", blank=True, verbose_name=_("lover"))
    objective = models.CharField(
        _("læringsmål"),
        max_length=20,
        blank=True,
        help_text=_("Modulens kode og målets nummer, for eksempel F1.2."),
    )
    read_about = models.ForeignKey(
        "wagtailcore.Page",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("les om dette i"),
        help_text=_("Modulen som den som svarer feil, blir vist tilbake til."),
    )
    uneven = models.CharField(
        _("hvorfor svarene ikke er like lange"),
        max_length=200,
        blank=True,
        help_text=_("Bare når de ikke kan bli det. Det lengste svaret røper ofte hva som er riktig."),
    )
    retired = models.BooleanField(_("ikke i bruk"), default=False)

    stem = Translated()

    class Meta:
        verbose_name = _("spørsmål")
        verbose_name_plural = _("spørsmål")
        ordering = ["code"]

    def __str__(self) -> str:
        return f"{self.code}: {self.stem_nb}"


class ItemOption(models.Model):
    """One answer to an item, as its author works on it."""

    item = ParentalKey(Item, on_delete=models.CASCADE, related_name="options")
    position = models.PositiveSmallIntegerField(default=0, editable=False)
    text_nb = models.CharField(_("svar, bokmål"), max_length=300)
    text_nn = models.CharField(_("svar, nynorsk"), max_length=300, blank=True)
    text_en = models.CharField(_("svar, engelsk"), max_length=300, blank=True)
    correct = models.BooleanField(_("riktig"), default=False)
    harmful = models.BooleanField(
        _("kan skade"),
        default=False,
        help_text=_("Et svar som kan sette noen i fare. Den som velger det, består ikke, uansett poengsum."),
    )

    sort_order_field = "position"  # gives the author buttons to move an answer up and down

    class Meta:
        ordering = ["position", "id"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(correct=True, harmful=True),
                name="assessments_option_not_both",
                violation_error_message=_("Et svar kan ikke både være riktig og kunne skade."),
            )
        ]

    def __str__(self) -> str:
        return self.text_nb


class ItemVersion(models.Model):
    """What was asked, exactly, with the answers and their worth. Never changed: old attempts rest on it.

    `content` is {"kind": "single", "stem": {nb, nn, en}, "why": {…}, "options": [{"key", "text": {…}, "correct",
    "harmful"}], "sources": [Source ids], "laws": [LegalReference ids]}.
    """

    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField(_("versjon"))
    content = models.JSONField()
    digest = models.CharField(max_length=64, help_text="Of content: saving an unchanged item makes no version.")
    recorded_at = models.DateTimeField(default=timezone.now, editable=False)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = _("spørsmålsversjon")
        verbose_name_plural = _("spørsmålsversjoner")
        ordering = ["item", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["item", "number"], name="assessments_version_number"),
        ]

    def __str__(self) -> str:
        return f"{self.item_id} v{self.number}"

    @property
    def stem(self) -> str:
        return pick(self.content["stem"])

    @property
    def why(self) -> str:
        return pick(self.content["why"])


class Quiz(ClusterableModel):
    """A blueprint: how many questions to draw from which topics, and what it takes to pass.

    Its key is what learning paths and evidence refer to. `pass_mark`, attempts and cool-down here are for practice and
    for quizzes nobody has set stricter terms for; an AttemptAllowance carries the terms of a certification.
    """

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    code = models.SlugField(_("kode"), unique=True, error_messages={"unique": _("Koden er alt i bruk.")})
    name_nb = char(_("navn, bokmål"))
    name_nn = char(_("navn, nynorsk"), blank=True)
    name_en = char(_("navn, engelsk"), blank=True)
    pass_mark = models.PositiveSmallIntegerField(
        _("bestått ved, prosent"), default=80, validators=[MinValueValidator(1), MaxValueValidator(100)]
    )
    minutes_limit = models.PositiveSmallIntegerField(_("tidsgrense i minutter"), null=True, blank=True)
    minutes = models.PositiveSmallIntegerField(_("omtrentlig tid i minutter"), default=10)

    name = Translated()

    class Meta:
        verbose_name = _("prøve")
        verbose_name_plural = _("prøver")
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(
                condition=Q(pass_mark__gte=1, pass_mark__lte=100),
                name="assessments_quiz_pass_mark",
                violation_error_message=_("Kravet er en prosent mellom 1 og 100."),
            )
        ]

    def __str__(self) -> str:
        return self.name_nb


class QuizDraw(models.Model):
    """So many questions from this topic."""

    quiz = ParentalKey(Quiz, on_delete=models.CASCADE, related_name="draws")
    topic = models.ForeignKey(Topic, on_delete=models.PROTECT, related_name="+", verbose_name=_("tema"))
    count = models.PositiveSmallIntegerField(
        _("antall spørsmål"), default=3, validators=[MinValueValidator(1), MaxValueValidator(50)]
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["quiz", "topic"],
                name="assessments_draw_topic_once",
                violation_error_message=_("Temaet står alt i prøven."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.count} × {self.topic}"


class AttemptAllowance(models.Model):
    """Leave to sit a quiz, on these terms. The only thing a quiz asks before it lets anyone begin.

    A higher app writes it (certification, when a cycle lets a person test herself) and never edits it: new terms
    supersede the old row. Attempts count against the allowance they were begun under.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="allowances")
    quiz = models.ForeignKey(Quiz, on_delete=models.PROTECT, related_name="allowances")
    agency = models.ForeignKey(Unit, on_delete=models.PROTECT, null=True, related_name="+")
    given_for = models.CharField(max_length=100, help_text="What it was given for, such as cycle:<id>.")
    pass_mark = models.PositiveSmallIntegerField()
    attempts = models.PositiveSmallIntegerField(null=True, help_text="Empty means as many as she likes.")
    cool_down_days = models.PositiveSmallIntegerField(default=0)
    opens_on = models.DateField()
    recorded_at = models.DateTimeField(default=timezone.now, editable=False)
    superseded_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        verbose_name = _("prøveadgang")
        verbose_name_plural = _("prøveadganger")
        constraints = [
            models.UniqueConstraint(
                fields=["person", "quiz", "given_for"],
                condition=Q(superseded_at__isnull=True),
                name="assessments_allowance_current",
                violation_error_message=_("Personen har alt denne adgangen."),
            ),
            models.CheckConstraint(
                condition=Q(pass_mark__gte=1, pass_mark__lte=100), name="assessments_allowance_pass_mark"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id}: {self.quiz_id} ({self.given_for})"


class Attempt(models.Model):
    """One sitting. The draw is stored when it begins, so a reload or a new item version changes nothing.

    `draw` is [{"version": ItemVersion id, "options": [option keys in the order shown]}]. Results are written once, when
    the attempt is finished, together with the evidence.
    """

    class State(models.TextChoices):
        OPEN = "open", _("åpen")
        FINISHED = "finished", _("levert")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="attempts")
    quiz = models.ForeignKey(Quiz, on_delete=models.PROTECT, related_name="attempts")
    allowance = models.ForeignKey(AttemptAllowance, on_delete=models.PROTECT, related_name="used")
    agency = models.ForeignKey(Unit, on_delete=models.PROTECT, null=True, related_name="+")
    number = models.PositiveSmallIntegerField()
    draw = models.JSONField()
    pass_mark = models.PositiveSmallIntegerField()
    started_at = models.DateTimeField(default=timezone.now)
    deadline_at = models.DateTimeField(null=True)
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    finished_at = models.DateTimeField(null=True)
    correct = models.PositiveSmallIntegerField(null=True)
    harmful = models.PositiveSmallIntegerField(null=True)
    passed = models.BooleanField(null=True)

    class Meta:
        verbose_name = _("forsøk")
        verbose_name_plural = _("forsøk")
        constraints = [
            models.UniqueConstraint(
                fields=["person", "quiz"],
                condition=Q(state="open"),
                name="assessments_attempt_one_open",
                violation_error_message=_("Du har alt et åpent forsøk."),
            ),
            models.UniqueConstraint(fields=["allowance", "number"], name="assessments_attempt_number"),
            models.CheckConstraint(
                condition=Q(state="open", finished_at__isnull=True, passed__isnull=True)
                | Q(state="finished", finished_at__isnull=False, passed__isnull=False),
                name="assessments_attempt_finished_has_result",
            ),
        ]
        indexes = [models.Index(fields=["deadline_at"], condition=Q(state="open"), name="assessments_attempt_deadline")]

    def __str__(self) -> str:
        return f"{self.person_id}: {self.quiz_id} #{self.number}"

    @property
    def total(self) -> int:
        """How many questions were drawn."""
        return len(self.draw)


class Answer(models.Model):
    """What was chosen for one question of an attempt. Saved as she goes; the last word by `sequence` counts."""

    attempt = models.ForeignKey(Attempt, on_delete=models.PROTECT, related_name="answers")
    position = models.PositiveSmallIntegerField(help_text="Place in the draw, from 0.")
    version = models.ForeignKey(ItemVersion, on_delete=models.PROTECT, related_name="+")
    option = models.CharField(max_length=20, help_text="Key of the chosen option.")
    sequence = models.BigIntegerField(help_text="The browser's own counter: a late save never overwrites a newer one.")
    saved_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("svar")
        verbose_name_plural = _("svar")
        constraints = [models.UniqueConstraint(fields=["attempt", "position"], name="assessments_answer_once")]

    def __str__(self) -> str:
        return f"{self.attempt_id}:{self.position}"


def check_options(options: list[ItemOption]) -> None:
    """An item can be asked when it has at least two answers and exactly one right one. Raises ValidationError."""
    if len(options) < 2:
        raise ValidationError(_("Et spørsmål trenger minst to svar."))
    if sum(option.correct for option in options) != 1:
        raise ValidationError(_("Merk nøyaktig ett svar som riktig."))
