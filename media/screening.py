"""Videos as a page shows them to one person: at her place, with captions, chapters and the described one."""

import math
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import FilteredRelation, OuterRef, Q, QuerySet, Subquery
from django.urls import reverse

from accounts.models import User
from media.models import Rendition, Video, VideoProgress, VideoTrack
from media.webvtt import WebVTTError, plain, read_webvtt

POSTER_SPEC = "width-1280"
_CLOSE_TO_THE_END = 5.0  # seconds, and at most a twentieth of the film: from there one begins anew


@dataclass(frozen=True, slots=True)
class TrackReading:
    kind: str
    language: str
    label: str
    url: str
    default: bool


@dataclass(frozen=True, slots=True)
class Chapter:
    start: float
    clock: str
    title: str


@dataclass(frozen=True, slots=True)
class VideoReading:
    """A video for one person; for an author, who has no place in it, with no progress."""

    video: Video
    tracks: tuple[TrackReading, ...]
    chapters: tuple[Chapter, ...]
    poster_url: str
    progress: VideoProgress | None
    described: "VideoReading | None"

    @property
    def url(self) -> str:
        return reverse("film", args=[self.video.public_id])

    @property
    def seen(self) -> bool:
        mine = self.progress is not None and self.progress.is_seen
        return mine or (self.described is not None and self.described.seen)

    @property
    def begun(self) -> bool:
        return self.progress is not None and bool(self.progress.ranges)

    @property
    def minutes(self) -> int:
        return max(1, math.ceil(self.video.seconds / 60))

    @property
    def resume_at(self) -> float:
        """Where she left it; 0 when that was at the end."""
        close = min(_CLOSE_TO_THE_END, self.video.seconds / 20)
        if self.progress is None or self.progress.position > self.video.seconds - close:
            return 0.0
        return self.progress.position

    @property
    def resume_clock(self) -> str:
        return clock(self.resume_at)


def clock(seconds: float) -> str:
    """A place in a film as players write it: 0:07, 12:30, 1:02:03."""
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def read_videos(*, person: User | None, video_ids: Collection[int], language: str) -> dict[int, VideoReading]:
    """The videos by key, in one query however many there are, and two for each still that was never shown.

    Previews have no person.
    """
    if not video_ids:
        return {}
    shown = _at_her_place(person).filter(Q(pk__in=video_ids) | Q(pk__in=_stand_ins_of(video_ids)))
    videos: dict[int, Any] = {}
    tracks: dict[int, list[VideoTrack]] = defaultdict(list)
    for row in shown.order_by("track__kind", "track__language"):
        video = videos.setdefault(row.pk, row)
        if (track := getattr(row, "track", None)) is not None:
            tracks[video.pk].append(track)

    def reading(video: Any, described: VideoReading | None = None) -> VideoReading:
        return VideoReading(
            video=video,
            tracks=_shown(video, tracks[video.pk], language),
            chapters=_chapters(tracks[video.pk], language),
            poster_url=_poster(video),
            progress=getattr(video, "mine", None),
            described=described,
        )

    def with_described(video: Any) -> VideoReading:
        other = videos.get(_stand_in(video) or 0)
        return reading(video, reading(other) if other is not None else None)

    return {pk: with_described(videos[pk]) for pk in video_ids if pk in videos}


def _at_her_place(person: User | None) -> QuerySet[Any]:
    """Videos, once for each `track`, with their still, its file as `still`, and her place as `mine`."""
    still = Rendition.objects.filter(image=OuterRef("poster"), filter_spec=POSTER_SPEC)
    rows: QuerySet[Any] = (
        Video.objects.annotate(mine=FilteredRelation("progress", condition=Q(progress__person=person)))
        .annotate(track=FilteredRelation("tracks"), still=Subquery(still.values("file")[:1]))
        .select_related("poster", "mine", "track")
    )
    return rows


def _stand_ins_of(video_ids: Collection[int]) -> QuerySet[Any]:
    stood_in_for = Video.objects.filter(pk__in=video_ids, described=Video.Described.VIDEO)
    found: QuerySet[Any] = stood_in_for.exclude(described_by=None).values("described_by")
    return found


def _stand_in(video: Video) -> int | None:
    return video.described_by_id if video.described == Video.Described.VIDEO else None


def _poster(video: Any) -> str:
    """The address of the still. One that was never shown is made, once."""
    if video.poster is None:
        return ""
    if not video.still:
        return str(video.poster.get_rendition(POSTER_SPEC).url)
    return str(Rendition._meta.get_field("file").storage.url(video.still))


def _shown(video: Video, tracks: Sequence[VideoTrack], language: str) -> tuple[TrackReading, ...]:
    """For the player. Captions in the reader's language stand first, else in the video's own."""
    spoken = [track for track in tracks if track.kind != VideoTrack.Kind.CHAPTERS]
    captions = [track.language for track in spoken if track.kind == VideoTrack.Kind.CAPTIONS]
    first = language if language in captions else video.language
    return tuple(
        TrackReading(
            kind=track.kind,
            language=track.language,
            label=track.get_language_display(),
            url=reverse("film_track", args=[video.public_id, track.pk]),
            default=track.kind == VideoTrack.Kind.CAPTIONS and track.language == first,
        )
        for track in sorted(spoken, key=lambda track: (track.kind, track.language != first))
    )


def _chapters(tracks: Sequence[VideoTrack], language: str) -> tuple[Chapter, ...]:
    """In her language, or in whichever there is."""
    lists = [track for track in tracks if track.kind == VideoTrack.Kind.CHAPTERS]
    lists.sort(key=lambda track: track.language != language)
    try:
        cues = read_webvtt(lists[0].text, chapters=True) if lists else []
    except WebVTTError:
        return ()
    return tuple(Chapter(cue.start, clock(cue.start), plain(cue.text)) for cue in cues)
