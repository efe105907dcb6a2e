"""Videos as a page shows them to one person: at her place, with captions, chapters and the described one."""

import math
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from django.urls import reverse

from accounts.models import User
from media.models import Picture, Rendition, Video, VideoProgress, VideoTrack
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
    """The videos by key, in a constant number of queries: four, three without stills. Previews have no person."""
    if not video_ids:
        return {}
    videos = Video.objects.select_related("poster", "described_by").in_bulk(list(video_ids))
    stand_ins = {pk: _stand_in(video) for pk, video in videos.items()}
    every = [*videos.values(), *filter(None, stand_ins.values())]
    tracks = _tracks(every)
    posters = _posters(every)
    rows = VideoProgress.objects.filter(person=person, video__in={video.pk for video in every})
    mine = {row.video_id: row for row in rows} if person else {}

    def reading(video: Video, described: VideoReading | None = None) -> VideoReading:
        return VideoReading(
            video=video,
            tracks=_shown(video, tracks[video.pk], language),
            chapters=_chapters(tracks[video.pk], language),
            poster_url=posters.get(video.poster_id or 0, ""),
            progress=mine.get(video.pk),
            described=described,
        )

    return {
        pk: reading(video, reading(other) if (other := stand_ins[pk]) is not None else None)
        for pk, video in videos.items()
    }


def _stand_in(video: Video) -> Video | None:
    return video.described_by if video.described == Video.Described.VIDEO else None


def _tracks(videos: Iterable[Video]) -> dict[int, list[VideoTrack]]:
    found: dict[int, list[VideoTrack]] = defaultdict(list)
    for track in VideoTrack.objects.filter(video__in={video.pk for video in videos}).order_by("kind", "language"):
        found[track.video_id].append(track)
    return found


def _posters(videos: Iterable[Video]) -> dict[int, str]:
    """Addresses of the stills by picture. One that was never shown is made, once."""
    wanted: set[int] = {video.poster_id for video in videos if video.poster_id}
    if not wanted:
        return {}
    made = Rendition.objects.filter(image_id__in=wanted, filter_spec=POSTER_SPEC).select_related("image")
    urls: dict[int, str] = {rendition.image_id: rendition.url for rendition in made}
    for picture in Picture.objects.filter(pk__in=wanted - urls.keys()) if wanted - urls.keys() else ():
        urls[picture.pk] = picture.get_rendition(POSTER_SPEC).url
    return urls


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
