"""What people read: pages that trainers write, editions that learners read, paths, and progress."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey, ParentalManyToManyField
from modelcluster.models import ClusterableModel
from wagtail.admin.panels import FieldPanel
from wagtail.fields import StreamField
from wagtail.models import Locale, Page, Revision

from agencies.models import Role, Unit
from assessments.models import Quiz
from common.translated import Translated, char, text
from courses.blocks import PartsBlock
from courses.illustrations import illustrations
from media.player_styles import allow_player


def lines(text: str) -> list[str]:
    """What is written one on each line."""
    return [line.strip() for line in text.splitlines() if line.strip()]


def _illustration() -> "models.CharField[str, str]":
    """Which of the platform's own pictures stands above the text; the same in every language."""
    return models.CharField(_("illustrasjon"), max_length=20, blank=True, choices=illustrations)


class CatalogPage(Page):
    """The root of the courses in one language. Learners never see it; it holds the tree together."""

    max_count_per_parent = 1
    parent_page_types = ["wagtailcore.Page"]
    subpage_types = ["courses.CoursePage"]

    class Meta:
        verbose_name = _("kurskatalog")
        verbose_name_plural = _("kurskataloger")


class CoursePage(Page):
    """A course in one language, as its author works on it. Learners read editions (see Edition), never this page."""

    lead = models.TextField(_("ingress"), max_length=500)
    illustration = _illustration()
    editorial_note = models.TextField(
        _("redaksjonell merknad"),
        blank=True,
        help_text=_("Hva som må bekreftes før kurset tas i bruk, og av hvem. Bare de som redigerer kurset, ser dette."),
    )

    parent_page_types = ["courses.CatalogPage"]
    subpage_types = ["courses.ModulePage"]
    content_panels = [
        *Page.content_panels,
        FieldPanel("lead"),
        FieldPanel("illustration"),
        FieldPanel("editorial_note"),
    ]

    class Meta:
        verbose_name = _("kurs")
        verbose_name_plural = _("kurs")

    def serve_preview(self, request: HttpRequest, mode_name: str) -> HttpResponse:
        """The course as a learner meets it, from what is being written."""
        return TemplateResponse(request, "courses/course_preview.html", {"course": self, "preview": True})


class ModulePage(Page):
    """A module of a course in one language, in parts of a few minutes each, as its author works on it."""

    lead = models.TextField(_("ingress"), max_length=500)
    objectives = models.TextField(
        _("læringsmål"),
        blank=True,
        max_length=1000,
        help_text=_("Ett på hver linje. De fortsetter «Etter modulen kan du …»."),
    )
    minutes = models.PositiveSmallIntegerField(_("minutter"), default=9)
    illustration = _illustration()
    translated = models.BooleanField(
        _("teksten er oversatt"),
        default=True,
        help_text=_("Ikke ennå: Da vises tittel, ingress og læringsmål herfra, og teksten på bokmål."),
    )
    parts = StreamField(PartsBlock(), verbose_name=_("deler"), blank=True)

    parent_page_types = ["courses.CoursePage"]
    subpage_types: list[str] = []
    content_panels = [
        *Page.content_panels,
        FieldPanel("lead"),
        FieldPanel("objectives"),
        FieldPanel("minutes"),
        FieldPanel("illustration"),
        FieldPanel("translated"),
        FieldPanel("parts"),
    ]

    class Meta:
        verbose_name = _("modul")
        verbose_name_plural = _("moduler")

    @property
    def objective_list(self) -> list[str]:
        return lines(self.objectives)

    def serve_preview(self, request: HttpRequest, mode_name: str) -> HttpResponse:
        """Every part at once, as a learner meets it, from what is being written."""
        has_video = any(child.block_type == "video" for part in self.parts for child in part.value["body"])
        context = {"module": self, "preview": True, "has_video": has_video}
        response = TemplateResponse(request, "courses/module_preview.html", context)
        if has_video:
            allow_player(response)
        return response


class Edition(models.Model):
    """A course at one moment, for ever: made on every publish of the course or a module in it.

    Its rows in EditionPage name the Wagtail revision of each page in each language. Learners read those revisions,
    evidence names the edition's number, and what a person was taught can be shown years later.
    """

    class Change(models.TextChoices):
        """What a publish means for people who have already taken the course."""

        EDITORIAL = "editorial", _("redaksjonell")
        TOP_UP = "top_up", _("påfyll")
        MATERIAL = "material", _("vesentlig")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    course_key = models.UUIDField(_("kurs"), help_text="translation_key of the CoursePage.")
    number = models.PositiveIntegerField(_("utgave"))
    change = models.CharField(_("slag endring"), max_length=10, choices=Change, default=Change.EDITORIAL)
    recorded_at = models.DateTimeField(default=timezone.now, editable=False)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", editable=False
    )
    latest = models.BooleanField(default=True, help_text="Kept by the service that makes editions.")

    class Meta:
        verbose_name = _("utgave")
        verbose_name_plural = _("utgaver")
        ordering = ["course_key", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["course_key", "number"], name="courses_edition_number"),
            models.UniqueConstraint(fields=["course_key"], condition=Q(latest=True), name="courses_edition_one_latest"),
        ]

    def __str__(self) -> str:
        return f"{self.course_key} {self.number}"


class EditionPage(models.Model):
    """One page of an edition in one language: the course itself (position 0) or a module. Never changed."""

    edition = models.ForeignKey(Edition, on_delete=models.PROTECT, related_name="pages")
    page_key = models.UUIDField(help_text="translation_key of the page.")
    locale = models.ForeignKey(Locale, on_delete=models.PROTECT, related_name="+")
    language = models.CharField(max_length=10)
    revision = models.ForeignKey(Revision, on_delete=models.PROTECT, related_name="+")
    is_course = models.BooleanField(default=False)
    position = models.PositiveSmallIntegerField()
    slug = models.CharField(max_length=255)
    title = models.CharField(max_length=255)
    lead = models.TextField(blank=True)
    minutes = models.PositiveSmallIntegerField(default=0)
    illustration = models.CharField(max_length=20, blank=True)
    objectives = models.JSONField(default=list, help_text="What the reader can do after the module, in order.")
    text_language = models.CharField(
        max_length=10, blank=True, help_text="Of the revision, where the text itself is not translated yet."
    )
    part_ids = models.JSONField(default=list, help_text="Ids of the module's parts, in order.")
    routines = models.JSONField(default=list, help_text="What it leaves to workplaces to answer (courses.routines).")
    requires = models.JSONField(default=dict, help_text="Part id → what must be done in it (courses.requiring).")

    class Meta:
        ordering = ["edition", "position"]
        constraints = [
            models.UniqueConstraint(fields=["edition", "page_key", "locale"], name="courses_editionpage_once"),
        ]
        indexes = [models.Index(fields=["slug", "language"], name="courses_editionpage_slug")]

    def __str__(self) -> str:
        return self.title


class LearningPath(ClusterableModel):
    """The ordered courses and quizzes that a role takes."""

    key = models.SlugField(_("nøkkel"), unique=True, error_messages={"unique": _("Nøkkelen er alt i bruk.")})
    name_nb = char(_("navn, bokmål"))
    name_nn = char(_("navn, nynorsk"), blank=True)
    name_en = char(_("navn, engelsk"), blank=True)
    lead_nb = text(_("ingress, bokmål"), blank=True)
    lead_nn = text(_("ingress, nynorsk"), blank=True)
    lead_en = text(_("ingress, engelsk"), blank=True)
    roles = ParentalManyToManyField(Role, related_name="paths", blank=True, verbose_name=_("yrkesroller"))

    name = Translated()
    lead = Translated()

    class Meta:
        verbose_name = _("læringssti")
        verbose_name_plural = _("læringsstier")
        ordering = ["key"]

    def __str__(self) -> str:
        return self.name_nb


class PathStep(models.Model):
    """One step of a path: a course, named by its translation key, or a quiz."""

    path = ParentalKey(LearningPath, on_delete=models.CASCADE, related_name="steps")
    position = models.PositiveSmallIntegerField(_("rekkefølge"))
    course_key = models.UUIDField(_("kurs"), null=True, blank=True)
    quiz = models.ForeignKey(
        Quiz, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("prøve")
    )

    sort_order_field = "position"  # what the admin's arrows move

    class Meta:
        ordering = ["position"]
        constraints = [
            models.CheckConstraint(
                condition=Q(course_key__isnull=True, quiz__isnull=False)
                | Q(course_key__isnull=False, quiz__isnull=True),
                name="courses_pathstep_course_or_quiz",
                violation_error_message=_("Et steg er enten et kurs eller en prøve."),
            ),
            models.UniqueConstraint(fields=["path", "position"], name="courses_pathstep_position"),
        ]

    def __str__(self) -> str:
        return f"{self.path_id}:{self.position}"


class ModuleProgress(models.Model):
    """Where a person is in a module, whatever the language: by the module's translation key.

    A place kept for her, not evidence: what counts is recorded in the ledger when the module is done.
    """

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="module_progress")
    course_key = models.UUIDField()
    module_key = models.UUIDField()
    edition = models.ForeignKey(Edition, on_delete=models.PROTECT, related_name="+")
    last_part = models.CharField(max_length=36, blank=True)
    started_at = models.DateTimeField(default=timezone.now)
    last_opened_at = models.DateTimeField(default=timezone.now)
    done_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("framdrift")
        verbose_name_plural = _("framdrift")
        constraints = [
            models.UniqueConstraint(fields=["person", "module_key"], name="courses_progress_once"),
        ]

    def __str__(self) -> str:
        return f"{self.person_id}: {self.module_key}"


class PartDone(models.Model):
    """A part of a module that a person has been through. Rows are only added, so two devices never undo each other."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="parts_done")
    course_key = models.UUIDField()
    module_key = models.UUIDField()
    part_id = models.CharField(max_length=36)
    recorded_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person", "module_key", "part_id"], name="courses_partdone_once"),
        ]

    def __str__(self) -> str:
        return f"{self.person_id}: {self.part_id}"


class LocalRoutine(models.Model):
    """What a unit has answered where a module leaves the answer to the workplace: who, where, how.

    It holds for everybody in the unit and below it, until a unit further down has an answer of its own. A new answer
    supersedes the old one, and an empty one takes it away. It is about the workplace and never about a person.
    """

    unit = models.ForeignKey(Unit, on_delete=models.CASCADE, related_name="+")
    slot = models.CharField(max_length=60, help_text="Of the routine, the same in every module and language.")
    text = models.TextField(_("rutinen hos oss"), max_length=2000, blank=True)
    written_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", editable=False
    )
    recorded_at = models.DateTimeField(default=timezone.now, editable=False)
    superseded_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        verbose_name = _("lokal rutine")
        verbose_name_plural = _("lokale rutiner")
        constraints = [
            models.UniqueConstraint(
                fields=["unit", "slot"], condition=Q(superseded_at=None), name="courses_localroutine_one_current"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.unit_id}: {self.slot}"


class LoadedContent(models.Model):
    """What a page, a question or a fact was when it and its file last agreed (common.in_step).

    So a load knows what has been edited here since, and leaves it alone. `key` is the page's translation key, or that
    of a test for renewal: it tells an export under which name and code it was loaded.
    """

    name = models.CharField(max_length=300, unique=True, help_text="Such as grunnkurs/F1.nb.")
    digest = models.CharField(max_length=64)
    key = models.UUIDField(null=True)
    loaded_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("innhold fra fil")
        verbose_name_plural = _("innhold fra filer")

    def __str__(self) -> str:
        return self.name
