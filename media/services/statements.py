"""What learners' browsers tell of activities: kept as it came first, and only then concluded from."""

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from accounts.models import User
from evidence.models import Evidence
from evidence.services import record
from media.activities import DoneWhen, better_share, ever
from media.h5p.xapi import SINGLE_QUESTIONS, Statement, finishes, result_of
from media.models import H5PContent, H5PResult, H5PStatement, H5PVersion
from media.services.libraries import is_playable

# Of a version, what nobody needs who only asks what it is.
_LARGE = ("version__params", "version__files", "version__description")


def iri_of(content: H5PContent) -> str:
    """The name of an activity in xAPI. It is never fetched."""
    return f"{settings.BASE_URL}/h5p/{content.public_id}"


def take_in_statements(*, person: User, version: H5PVersion, statements: Sequence[Statement]) -> H5PResult | None:
    """Keeps what was told, and concludes from what ends the activity; gives where she stands with it now.

    The same statement twice is kept once. Two transactions: if the second is cut off, `reconcile` does its work later.
    """
    content = version.content
    iri, single = iri_of(content), _is_single(version)
    rows = [
        H5PStatement(
            person=person,
            content=content,
            version=version,
            statement_id=uuid.UUID(statement.id),
            verb=statement.verb[:255],
            ends=finishes(statement, iri=iri, single_question=single),
            body=_body(statement),
        )
        for statement in statements
    ]
    H5PStatement.objects.bulk_create(rows, ignore_conflicts=True)
    if any(row.ends for row in rows):
        return conclude(person=person, content=content)
    return H5PResult.objects.filter(person=person, content=content).first()


@transaction.atomic
def conclude(*, person: User, content: H5PContent) -> H5PResult | None:
    """Where she stands, with what ended the activity since it was last asked. None when nothing ever has.

    The best try stands, so the order in which they are counted does not matter. Records evidence when she finishes it,
    and again when she does better than before. Two at once come to the same.
    """
    # Held, so that of two at once the later sees what the earlier concluded.
    User.objects.select_for_update(no_key=True).only("pk").get(pk=person.pk)
    before = H5PResult.objects.filter(person=person, content=content).first()
    mine = H5PStatement.objects.filter(person=person, content=content, ends=True, counted_at=None)
    ends = list(mine.select_related("content", "version").defer(*_LARGE))
    if not ends:
        return before
    found = result_of(
        [_statement(row) for row in ends],
        iri=iri_of(content),
        pass_share=None,
        single_question=any(_is_single(row.version) for row in ends),
    )
    after = H5PResult(
        pk=before.pk if before else None,
        person=person,
        content=content,
        share=better_share(before.share if before else None, found.scaled),
        success=ever(before.success if before else None, found.passed),
        as_text=before.as_text if before else False,
        finished_at=before.finished_at if before else min(row.received_at for row in ends),
    )
    if before is None or (before.share, before.success) != (after.share, after.success):
        after.save()
        best = next(row for row in ends if str(row.statement_id) == found.finished_by)
        _record(best, person, found.scaled, after.success)
    H5PStatement.objects.filter(pk__in=[row.pk for row in ends]).update(counted_at=timezone.now())
    return after


def read_as_text(*, person: User, content: H5PContent) -> None:
    """She has read the activity as text instead. Harmless twice."""
    with transaction.atomic():
        now = timezone.now()
        result, created = H5PResult.objects.get_or_create(
            person=person, content=content, defaults={"as_text": True, "finished_at": now}
        )
        if not created and not result.as_text:
            H5PResult.objects.filter(pk=result.pk).update(as_text=True)
        record(
            person=person,
            subject=Evidence.Subject.ACTIVITY,
            subject_key=content.public_id,
            result=Evidence.Result.COMPLETED,
            assurance=Evidence.Assurance.SELF_DECLARED,
            source_ref=f"h5p-text:{person.pk}:{content.pk}",
        )


def lacking_activities(*, person: User, wanted: Sequence[Mapping[str, Any]]) -> list[str]:
    """Titles of the activities that are not done, of those that a page requires as courses.requiring describes them.

    One that cannot be played, since nobody has approved what it runs on, is not asked for.
    """
    rules = {one["activity"]: DoneWhen.read(one["rule"], one["least"]) for one in wanted if "activity" in one}
    results = {row.content_id: row for row in H5PResult.objects.filter(person=person, content__in=list(rules))}
    lacking = [pk for pk, rule in rules.items() if not rule.met(results.get(pk))]
    contents = H5PContent.objects.filter(pk__in=lacking).select_related("current")
    return [content.title for content in contents if content.current and is_playable(content.current)]


def reconcile(*, older_than: dt.timedelta = dt.timedelta(minutes=5)) -> int:
    """Finds what was finished and not counted, because the work was cut off in between. How many it counted."""
    waiting = H5PStatement.objects.filter(
        ends=True, counted_at=None, received_at__lt=timezone.now() - older_than
    ).order_by()
    pairs = list(waiting.values_list("person", "content").distinct())
    people = User.objects.in_bulk({person for person, _ in pairs})
    contents = H5PContent.objects.in_bulk({content for _, content in pairs})
    for person, content in pairs:
        conclude(person=people[person], content=contents[content])
    return len(pairs)


def _record(row: H5PStatement, person: User, share: float | None, passed: bool | None) -> None:
    record(
        person=person,
        subject=Evidence.Subject.ACTIVITY,
        subject_key=row.content.public_id,
        result=Evidence.Result.PASSED if passed else Evidence.Result.COMPLETED,
        assurance=Evidence.Assurance.CLIENT_ASSERTED,
        occurred_at=row.received_at,
        edition_number=row.version.number,
        score=None if share is None else round(Decimal(max(share, 0.0)), 4),
        source_ref=f"h5p:{row.person_id}:{row.content_id}:{row.statement_id}",
    )


def _is_single(version: H5PVersion) -> bool:
    return version.main.partition(" ")[0] in SINGLE_QUESTIONS


def _body(statement: Statement) -> dict[str, object]:
    """Without the answer: what she answered is nobody's but hers."""
    told = asdict(statement)
    del told["response"]
    if statement.timestamp:
        told["timestamp"] = statement.timestamp.isoformat()
    return {name: value for name, value in told.items() if value not in (None, ())}


def _statement(row: H5PStatement) -> Statement:
    told = dict(row.body)
    if at := told.pop("timestamp", None):
        told["timestamp"] = dt.datetime.fromisoformat(at)
    return Statement(**{**told, "parent_ids": tuple(told.get("parent_ids", ()))})
