"""Interactive content in the H5P form: what trainers upload, what it runs on, and what learners do with it.

In the code an H5P content with its place in a course is an *activity*; in xAPI and evidence it is called the same.
"""

import uuid

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.html import strip_tags
from django.utils.translation import gettext_lazy as _
from wagtail.fields import RichTextField

from media.h5p.library import LibraryName


class H5PFile(models.Model):
    """A file of some package, kept once whatever number of packages bring it: named by what it holds.

    The row is written before the file and taken away with it, so that a file that nobody refers to can be found.
    `used_at` is moved forward by every upload that relies on the file: a clean-up leaves what was used a day ago alone.
    """

    sha256 = models.CharField(max_length=64, primary_key=True)
    size = models.PositiveBigIntegerField(help_text="In bytes.")
    used_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("H5P-fil")
        verbose_name_plural = _("H5P-filer")
        indexes = [models.Index(fields=["used_at"], name="media_h5pfile_used_at")]

    def __str__(self) -> str:
        return self.sha256


class H5PLibrary(models.Model):
    """A library in one patch, as some package brought it. A library is a program: somebody must answer for it.

    What it is never changes; only its state does. Of the patches of one version the highest approved one is run. Two
    rows of the same patch hold different files: a refused one never stands in the way of the true one.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("Venter på godkjenning")
        APPROVED = "approved", _("Godkjent")
        REFUSED = "refused", _("Avvist")

    machine_name = models.CharField(_("maskinnavn"), max_length=255)
    major = models.PositiveIntegerField()
    minor = models.PositiveIntegerField()
    patch = models.PositiveIntegerField()
    title = models.CharField(_("navn"), max_length=255)
    description = models.JSONField(help_text="library.json")
    semantics = models.JSONField(default=list, help_text="semantics.json: what content may hold.")
    files = models.JSONField(help_text="Path inside the library → SHA-256.")
    digest = models.CharField(max_length=64, help_text="SHA-256 over the paths and what they hold.")
    state = models.CharField(_("tilstand"), max_length=10, choices=State, default=State.WAITING)
    brought_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", editable=False
    )
    brought_at = models.DateTimeField(_("lastet opp"), default=timezone.now, editable=False)
    judged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", editable=False
    )
    judged_at = models.DateTimeField(null=True, editable=False)
    reason = models.CharField(_("begrunnelse"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("H5P-bibliotek")
        verbose_name_plural = _("H5P-biblioteker")
        ordering = ["machine_name", "-major", "-minor", "-patch"]
        permissions = [("approve_h5plibrary", _("Kan godkjenne H5P-biblioteker"))]
        constraints = [
            models.UniqueConstraint(
                fields=["machine_name", "major", "minor", "patch", "digest"], name="media_h5plibrary_once"
            ),
            models.UniqueConstraint(
                fields=["machine_name", "major", "minor", "patch"],
                condition=Q(state="approved"),
                name="media_h5plibrary_one_approved",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.machine_name} {self.version}"

    @property
    def version(self) -> str:
        return f"{self.major}.{self.minor}.{self.patch}"

    @property
    def name(self) -> LibraryName:
        return LibraryName(self.machine_name, self.major, self.minor)


class H5PContent(models.Model):
    """An activity that pages use, through all its versions. `public_id` names it in evidence and in xAPI."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    title = models.CharField(_("tittel"), max_length=255)
    minutes = models.PositiveSmallIntegerField(_("minutter"), default=3, validators=[MinValueValidator(1)])
    as_text = RichTextField(
        _("øvelsen som tekst"),
        features=["bold", "italic", "ol", "ul", "link"],
        blank=True,
        help_text=_("For den som ikke kan bruke øvelsen, og for utskrift. Den som leser teksten, har gjort øvelsen."),
    )
    current = models.ForeignKey(
        "H5PVersion", on_delete=models.PROTECT, null=True, editable=False, related_name="+", verbose_name=_("versjon")
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", editable=False
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("øvelse (H5P)")
        verbose_name_plural = _("øvelser (H5P)")
        ordering = ["title"]

    def __str__(self) -> str:
        return self.title

    @property
    def has_text(self) -> bool:
        """Whether it can be read as text. The editor leaves an empty paragraph where nothing is written."""
        return bool(strip_tags(self.as_text).strip())


class H5PVersion(models.Model):
    """One package that was uploaded for a content. Never changed: results and saved states name the version.

    `needs` are the libraries it runs on, as "H5P.MultiChoice 1.16", each after those it needs itself. Which patch of
    each is run is decided when it is played.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    content = models.ForeignKey(H5PContent, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField(_("versjon"))
    main = models.CharField(_("type"), max_length=300)
    description = models.JSONField(help_text="h5p.json: title, language, authors, licence.")
    params = models.JSONField(help_text="content.json")
    needs = models.JSONField()
    files = models.JSONField(help_text="Path inside the content folder → SHA-256.")
    package = models.CharField(max_length=64, help_text="SHA-256 of the package as it was uploaded.")
    size = models.PositiveBigIntegerField(help_text="Of the package, in bytes.")
    file_name = models.CharField(max_length=255)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", editable=False
    )
    uploaded_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("versjon av en øvelse")
        verbose_name_plural = _("versjoner av øvelser")
        ordering = ["content", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["content", "number"], name="media_h5pversion_number"),
        ]

    def __str__(self) -> str:
        return f"{self.content_id}: {self.number}"


class H5PStatement(models.Model):
    """What the learner's browser told, as it came and before anything is concluded from it. Rows are only added.

    Without actor and without the answer itself: who it was is known from the session, and what she answered is nobody
    else's. `counted_at` is set when the result was derived from it; what ends an activity and has none is found by the
    nightly reconciliation.
    """

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="h5p_statements", db_index=False
    )
    content = models.ForeignKey(H5PContent, on_delete=models.PROTECT, related_name="statements", db_index=False)
    version = models.ForeignKey(H5PVersion, on_delete=models.PROTECT, related_name="+", db_index=False)
    statement_id = models.UUIDField(help_text="Given by the player; the same when it is sent again.")
    verb = models.CharField(max_length=255)
    ends = models.BooleanField(default=False, help_text="Whether it ends the activity as a whole.")
    body = models.JSONField(help_text="The fields that are read (media.h5p.xapi.Statement).")
    received_at = models.DateTimeField(default=timezone.now)
    counted_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("melding fra en øvelse")
        verbose_name_plural = _("meldinger fra øvelser")
        constraints = [
            models.UniqueConstraint(fields=["person", "content", "statement_id"], name="media_h5pstatement_once"),
        ]
        indexes = [
            models.Index(
                fields=["received_at"], condition=Q(ends=True, counted_at=None), name="media_h5pstatement_uncounted"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id}: {self.verb} {self.content_id}"


class H5PResult(models.Model):
    """Where a person stands with an activity: derived from her statements, and derived anew when another one ends it.

    Once finished it stays finished. Whether that is enough is for the page that asks for it to say.
    """

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="h5p_results", db_index=False
    )
    content = models.ForeignKey(H5PContent, on_delete=models.PROTECT, related_name="results", db_index=False)
    share = models.FloatField(null=True, help_text="Best share of the points, 0 to 1. Never shown to managers.")
    success = models.BooleanField(null=True, help_text="Whether the content itself says that she passed.")
    as_text = models.BooleanField(default=False, help_text="She read it as text instead.")
    finished_at = models.DateTimeField()

    class Meta:
        verbose_name = _("resultat av en øvelse")
        verbose_name_plural = _("resultater av øvelser")
        constraints = [models.UniqueConstraint(fields=["person", "content"], name="media_h5presult_once")]

    def __str__(self) -> str:
        return f"{self.person_id}: {self.content_id}"


class H5PState(models.Model):
    """Where she left an activity, in the activity's own words, so that she goes on from there on any device.

    A place kept for her, not evidence; it is written over. `sequence` grows with every saving in her browsers: one
    that arrives late never writes over a newer one.
    """

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="h5p_states", db_index=False
    )
    version = models.ForeignKey(H5PVersion, on_delete=models.PROTECT, related_name="+", db_index=False)
    state = models.TextField()
    sequence = models.BigIntegerField()
    saved_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("plass i en øvelse")
        verbose_name_plural = _("plasser i øvelser")
        constraints = [models.UniqueConstraint(fields=["person", "version"], name="media_h5pstate_once")]

    def __str__(self) -> str:
        return f"{self.person_id}: {self.version_id}"
