"""Films with captions and a transcript, and how far each person has come in them."""

import uuid
from collections.abc import Collection
from dataclasses import dataclass

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.html import strip_tags
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from modelcluster.models import ClusterableModel
from wagtail.fields import RichTextField

from media import films
from media.models.files import Picture, private_storage
from media.watching import Stretch

LANGUAGES = [("nb", _("Bokmål")), ("nn", _("Nynorsk")), ("en", _("Engelsk"))]


def place_of_film(video: "Video", name: str) -> str:
    """Under its key, whatever the file was called where it came from."""
    return f"videos/{video.public_id}.{video.kind}"


class Video(ClusterableModel):
    """A film that pages show. `public_id` names it in addresses and in evidence.

    Learners may have seen it from `published_at` on. Then its file is never another: what somebody has seen of it would
    be of another film. Its texts may be corrected at any time.
    """

    class Kind(models.TextChoices):
        MP4 = films.MP4, "MP4"
        WEBM = films.WEBM, "WebM"

    class Described(models.TextChoices):
        """How those who do not see get what is only shown."""

        SOUND = "sound", _("Alt sies i lyden")
        TRACK = "track", _("Bildebeskrivelser som teksting (spor av slaget «beskrivelser»)")
        VIDEO = "video", _("En egen, synstolket video")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    title = models.CharField(_("tittel"), max_length=255)
    language = models.CharField(_("språk i videoen"), max_length=5, choices=LANGUAGES, default="nb")
    file = models.FileField(_("videofil"), upload_to=place_of_film, storage=private_storage, max_length=200)
    kind = models.CharField(max_length=4, choices=Kind, editable=False)
    size = models.PositiveBigIntegerField(default=0, editable=False, help_text="In bytes.")
    seconds = models.FloatField(default=0, editable=False)
    poster = models.ForeignKey(
        Picture,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("stillbilde"),
        help_text=_("Vises før videoen spilles. Uten: det første bildet i videoen."),
    )
    transcript = RichTextField(
        _("videoen som tekst"),
        features=["h4", "bold", "italic", "ol", "ul", "link"],
        blank=True,
        help_text=_("Alt som sies, og det som bare vises. Den som leser teksten, har sett videoen."),
    )
    described = models.CharField(
        _("for den som ikke ser bildet"), max_length=5, choices=Described, blank=True,
        help_text=_("Hvordan får den som ikke ser, vite det som bare vises?"),
    )  # fmt: skip
    described_by = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="describes",
        verbose_name=_("synstolket video"),
        help_text=_("Bare når du har valgt en egen, synstolket video."),
    )
    published_at = models.DateTimeField(null=True, editable=False)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", editable=False
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("video")
        verbose_name_plural = _("videoer")
        ordering = ["title"]

    def __str__(self) -> str:
        return self.title

    def lacking(self) -> list["Lacking"]:
        """What must be there before a page may show it."""
        return lacking(
            language=self.language,
            tracks={(track.kind, track.language) for track in self.tracks.all()},
            transcript=self.transcript,
            described=self.described,
            other=None if self.described_by_id in (None, self.pk) else self.described_by,
        )

    @property
    def mime_type(self) -> str:
        return films.TYPES[self.kind]


@dataclass(frozen=True, slots=True)
class Lacking:
    """Something that a page needs of a video: the field it belongs to, and its name in the author's language."""

    field: str
    what: str


def lacking(
    *, language: str, tracks: Collection[tuple[str, str]], transcript: str, described: str, other: Video | None
) -> list[Lacking]:
    """What a video lacks before a page may show it. `tracks` are kinds with languages, `other` the described one."""
    found: list[Lacking] = []
    if (VideoTrack.Kind.CAPTIONS, language) not in tracks:
        found.append(Lacking("tracks", gettext("teksting på språket i videoen")))
    if not strip_tags(transcript).strip():
        found.append(Lacking("transcript", gettext("videoen som tekst")))
    if not described:
        found.append(Lacking("described", gettext("svar på hva den som ikke ser bildet, får")))
    elif described == Video.Described.TRACK and not any(kind == VideoTrack.Kind.DESCRIPTIONS for kind, _lang in tracks):
        found.append(Lacking("tracks", gettext("spor med beskrivelser av bildet")))
    elif described == Video.Described.VIDEO and (
        other is None or other.described != Video.Described.SOUND or other.lacking()
    ):
        found.append(Lacking("described_by", gettext("en synstolket video som er klar, der alt sies i lyden")))
    return found


class VideoTrack(models.Model):
    """Text that follows a film, in the WebVTT form."""

    class Kind(models.TextChoices):
        CAPTIONS = "captions", _("teksting")
        DESCRIPTIONS = "descriptions", _("beskrivelser av bildet")
        CHAPTERS = "chapters", _("kapitler")

    video = ParentalKey(Video, on_delete=models.CASCADE, related_name="tracks")
    kind = models.CharField(_("slag"), max_length=12, choices=Kind, default=Kind.CAPTIONS)
    language = models.CharField(_("språk"), max_length=5, choices=LANGUAGES, default="nb")
    text = models.TextField(_("WebVTT"))

    class Meta:
        verbose_name = _("spor")
        verbose_name_plural = _("spor")
        ordering = ["kind", "language"]
        constraints = [models.UniqueConstraint(fields=["video", "kind", "language"], name="media_videotrack_once")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} ({self.get_language_display()})"


class VideoProgress(models.Model):
    """What a person has seen of a film, and where she left it, on whatever device.

    A place kept for her, not evidence. `credit` and `reported_at` are what the next report is measured by
    (media.watching).
    """

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="video_progress", db_index=False
    )
    video = models.ForeignKey(Video, on_delete=models.PROTECT, related_name="progress", db_index=False)
    ranges = models.JSONField(default=list, help_text="[[from, to], …] in seconds, in order, apart.")
    position = models.FloatField(default=0)
    sequence = models.BigIntegerField(default=0, help_text="Of the report that set the position.")
    credit = models.FloatField(default=0)
    reported_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(default=timezone.now)
    watched_at = models.DateTimeField(null=True, help_text="When enough of it had been seen.")
    read_at = models.DateTimeField(null=True, help_text="When she said that she had read it as text.")

    class Meta:
        verbose_name = _("plass i en video")
        verbose_name_plural = _("plasser i videoer")
        constraints = [models.UniqueConstraint(fields=["person", "video"], name="media_videoprogress_once")]

    def __str__(self) -> str:
        return f"{self.person_id}: {self.video_id}"

    @property
    def stretches(self) -> tuple[Stretch, ...]:
        return tuple((start, end) for start, end in self.ranges)

    @property
    def is_seen(self) -> bool:
        return self.watched_at is not None or self.read_at is not None
