"""What a person has seen of videos, and what of that is evidence."""

import datetime as dt
import uuid
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from accounts.models import User
from evidence.models import Evidence
from evidence.services import record
from media.models import Video, VideoProgress
from media.watching import SLACK, Seen, Stretch, add, is_enough, joined, rounded

_SEEN = Q(watched_at__isnull=False) | Q(read_at__isnull=False)


@transaction.atomic
def report_watched(
    *, person: User, video: Video, stretches: Sequence[Stretch], position: float, sequence: int
) -> VideoProgress:
    """Adds what the player tells that she has seen, as far as the clock allows. Harmless late, twice and out of order.

    When enough has been seen, that is recorded, once.
    """
    # Held, so that of two windows the later adds to what the earlier wrote.
    row = VideoProgress.objects.select_for_update(no_key=True).get(pk=_row(person, video).pk)
    now = max(timezone.now(), row.reported_at)
    after = add(
        Seen(row.stretches, row.credit),
        stretches,
        elapsed=(now - row.reported_at).total_seconds(),
        duration=video.seconds,
    )
    row.ranges, row.credit = rounded(after.stretches), after.credit
    row.reported_at = row.updated_at = now
    if sequence > row.sequence:
        row.position, row.sequence = round(min(position, video.seconds), 2), sequence
    enough = is_enough(row.stretches, duration=video.seconds, percent=settings.VIDEO_SEEN_PERCENT)
    first_time = enough and row.watched_at is None
    if first_time:
        row.watched_at = now
    row.save()
    if first_time:
        _record(person, video.public_id, "video", Evidence.Assurance.CLIENT_ASSERTED)
    return row


def _row(person: User, video: Video) -> VideoProgress:
    row, _created = VideoProgress.objects.get_or_create(person=person, video=video, defaults={"credit": SLACK})
    return row


@transaction.atomic
def read_transcript(*, person: User, video: Video) -> None:
    """She has read the video as text, and says so: as good as having seen it. Harmless twice."""
    row = _row(person, video)
    now = timezone.now()
    VideoProgress.objects.filter(pk=row.pk, read_at=None).update(read_at=now, updated_at=now)
    _record(person, video.public_id, "video-text", Evidence.Assurance.SELF_DECLARED)


def _record(person: User, key: uuid.UUID, how: str, assurance: Evidence.Assurance) -> None:
    record(
        person=person,
        subject=Evidence.Subject.ACTIVITY,
        subject_key=key,
        result=Evidence.Result.COMPLETED,
        assurance=assurance,
        source_ref=f"{how}:{person.public_id}:{key}",
    )


def seen(person: User, video_ids: Collection[int]) -> set[int]:
    """Those of the videos that she has seen, or read as text, or whose described one she has. One query."""
    if not video_ids:
        return set()
    rows = VideoProgress.objects.filter(_SEEN, person=person).filter(
        Q(video__in=video_ids) | Q(video__describes__in=video_ids)
    )
    found = {pk for pair in rows.values_list("video", "video__describes") for pk in pair}
    return found & set(video_ids)


def unseen_videos(*, person: User, wanted: Sequence[Mapping[str, Any]]) -> list[str]:
    """Titles of the videos that she has not seen, of those that a page requires (courses.requiring)."""
    ids = {one["video"] for one in wanted if "video" in one}
    return list(Video.objects.filter(pk__in=ids - seen(person, ids)).values_list("title", flat=True)) if ids else []


def merge_progress(*, source: User, target: User) -> None:
    """What was seen on one account of a person was seen on the other. The newer place is where she goes on."""
    rows = VideoProgress.objects.select_for_update(no_key=True)
    theirs = {row.video_id: row for row in rows.filter(person=target)}
    for row in rows.filter(person=source):
        kept = theirs.get(row.video_id)
        if kept is None:
            VideoProgress.objects.filter(pk=row.pk).update(person=target)
            continue
        newer = max(row, kept, key=lambda one: one.updated_at)
        VideoProgress.objects.filter(pk=kept.pk).update(
            ranges=rounded(joined([*kept.stretches, *row.stretches], gap=0.0)),
            position=newer.position,
            sequence=max(row.sequence, kept.sequence),
            updated_at=newer.updated_at,
            watched_at=_earlier(row.watched_at, kept.watched_at),
            read_at=_earlier(row.read_at, kept.read_at),
        )
        row.delete()


def _earlier(one: dt.datetime | None, other: dt.datetime | None) -> dt.datetime | None:
    return min(filter(None, (one, other)), default=None)


def publish_videos(*, video_ids: Collection[int]) -> None:
    """From now on learners may see these, and the described ones that stand in for them."""
    shown = Q(pk__in=video_ids) | Q(describes__in=video_ids)
    if video_ids:
        ids = Video.objects.filter(shown, published_at=None).values_list("pk", flat=True)
        Video.objects.filter(pk__in=list(ids)).update(published_at=timezone.now())
