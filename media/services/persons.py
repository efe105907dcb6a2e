"""What activities and videos keep about one person: given to her, taken away, or moved to her other account."""

from collections.abc import Iterable

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.services.links import rows_of
from accounts.signals import Part
from media.activities import better_share, ever
from media.models import H5PResult, H5PState, H5PStatement, VideoProgress

# Hers. What she uploaded and judged is for all, and stands in media.receivers.
FIELDS = (
    "media.H5PStatement.person", "media.H5PResult.person", "media.H5PState.person", "media.VideoProgress.person",
)  # fmt: skip


def export_activities(person: User) -> Iterable[Part]:
    yield Part(
        "activities",
        _("øvelsene du har gjort, med resultat"),
        rows_of(
            H5PResult.objects.filter(person=person).order_by("pk"), activity="content__title",
            id="content__public_id", share="share", success="success", as_text="as_text", finished="finished_at",
        ),
    )  # fmt: skip
    yield Part(
        "activity_statements",
        _("det øvelsene har meldt om deg"),
        rows_of(
            H5PStatement.objects.filter(person=person).order_by("pk"), activity="content__public_id",
            version="version__number", id="statement_id", verb="verb", told="body", received="received_at",
        ),
    )  # fmt: skip
    yield Part(
        "activity_places",
        _("hvor du er i øvelsene"),
        rows_of(
            H5PState.objects.filter(person=person).order_by("pk"), activity="version__content__public_id",
            version="version__number", state="state", saved="saved_at",
        ),
    )  # fmt: skip


def export_videos(person: User) -> Iterable[Part]:
    yield Part(
        "videos",
        _("hva du har sett av hver video, og hvor du slapp"),
        rows_of(
            VideoProgress.objects.filter(person=person).order_by("pk"), video="video__title", id="video__public_id",
            seen="ranges", position="position", updated="updated_at", watched="watched_at", read_as_text="read_at",
        ),
    )  # fmt: skip


def erase_videos(person: User) -> Iterable[str]:
    VideoProgress.objects.filter(person=person).delete()
    return [_("Alt om videoer slettes.")]


def erase_activities(person: User) -> Iterable[str]:
    for model in (H5PStatement, H5PResult, H5PState):
        model.objects.filter(person=person).delete()
    return [_("Alt om øvelser slettes.")]


@transaction.atomic
def merge_activities(source: User, target: User) -> Iterable[str]:
    """Both accounts' statements count; where she was last is where she is."""
    known = set(H5PStatement.objects.filter(person=target).values_list("content", "statement_id"))
    for statement in H5PStatement.objects.filter(person=source).only("content", "statement_id"):
        if (statement.content_id, statement.statement_id) in known:
            statement.delete()
    H5PStatement.objects.filter(person=source).update(person=target)
    _join_states(source, target)
    for result in H5PResult.objects.filter(person=source).select_related("content"):
        other = H5PResult.objects.filter(person=target, content=result.content).first()
        if other is None:
            H5PResult.objects.filter(pk=result.pk).update(person=target)
        else:
            H5PResult.objects.filter(pk=other.pk).update(
                share=better_share(result.share, other.share),
                success=ever(result.success, other.success),
                as_text=result.as_text or other.as_text,
                finished_at=min(result.finished_at, other.finished_at),
            )
            result.delete()
    return [_("Øvelsene slås sammen: det som er gjort på én av kontoene, er gjort.")]


def _join_states(source: User, target: User) -> None:
    theirs = {row.version_id: row for row in H5PState.objects.filter(person=target)}
    for row in H5PState.objects.filter(person=source):
        other = theirs.get(row.version_id)
        if other is not None and other.sequence >= row.sequence:
            row.delete()
            continue
        if other is not None:
            other.delete()
        H5PState.objects.filter(pk=row.pk).update(person=target)
