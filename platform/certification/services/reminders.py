"""Who is to be reminded of what, and one run of reminding."""

import datetime as dt
import heapq
import itertools
import logging
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from certification.mailing import PostDownError, reminder, usable
from certification.models import Decision, Notice, Standing
from certification.reminding import Facts, Span, Stage, stages_due
from certification.services import settle_person
from certification.services.notices import (
    DIGEST,
    Key,
    Mail,
    Run,
    Sent,
    batches,
    cut_off_mails,
    drop,
    give_up,
    room_on,
    sound_alarm,
    written_today,
)
from certification.standing import held_of
from certification.statuses import StandingState

logger = logging.getLogger("certification.notices")

_CHUNK = 1000
# People who are looked at anew together, just before they are written to.
_BATCH = 100


@dataclass(frozen=True, slots=True)
class Due:
    """One person and what is true about her on a day."""

    person_id: int
    email: str
    language: str
    items: tuple[tuple[Key, Span], ...]

    @property
    def since(self) -> dt.date:
        """Since when the oldest of it has been true: who has waited longest is written to first."""
        return min(span.first for _key, span in self.items)

    def mail(self) -> Mail:
        letter = reminder((span for _key, span in self.items), self.language)
        return Mail(self.person_id, self.email, letter, tuple(key for key, _span in self.items))


def send_reminders(*, now: dt.datetime | None = None, limit: int | None = None) -> Sent:
    """Sends what is due and was not sent, at most one mail a person a day: first what was cut off, then the oldest.

    May be cut off at any line: the next run sees from the rows what was done.
    """
    at = now or timezone.now()
    day = timezone.localdate(at)
    give_up(at)
    room = room_on(day)
    again = [rows for rows in cut_off_mails(at) if rows[0].stage != DIGEST]
    first = oldest_first(due_unsent(day), room + 1)
    waiting = len(again) + len(first)
    if limit is not None:
        again, first = again[:limit], first[: max(0, limit - len(again))]
    run = Run(day=day, room=room, now=now)
    if room and waiting:
        try:
            with run.post:
                _send_again(run, again)
                for batch in batches(first[:room], _BATCH):
                    run.room = min(run.room, room_on(day))  # another worker may be at it too
                    for due in _as_of_now(batch, day):
                        if run.room > 0:
                            run.send(due.mail())
        except PostDownError as error:
            logger.error("reminders stopped; the rest is sent when the mail server takes it: %s", error)
            run.done.down = True
    if waiting > room and run.room <= 0:
        run.done.capped = True
        sound_alarm(day)
    return run.done


def oldest_first(found: Iterable[Due], count: int) -> list[Due]:
    """The `count` who have waited longest."""
    return heapq.nsmallest(count, found, key=lambda due: (due.since, due.person_id))


def due_people(day: dt.date, people: Collection[int] | None = None) -> Iterator[Due]:
    """Everybody about whom a stage is true on `day`, by id; only those in `people` where given. One query, streamed."""
    rows = Standing.objects.filter(
        Q(window_opens_on__lte=day) | Q(due_on__isnull=False, open_cycle__opened_on__lt=day),
        Q(certification__archived_on__isnull=True) | Q(certification__archived_on__gt=day),
        required=True,
        waived=False,
        paused=False,
        person__is_active=True,
    ).exclude(state__in=[StandingState.SUSPENDED, StandingState.REVOKED])
    if people is not None:
        rows = rows.filter(person_id__in=people)
    opened = Decision.objects.current().filter(cycle=OuterRef("open_cycle"), kind=Decision.Kind.OPENING)
    rows = rows.annotate(asked=Exists(opened))
    # Plain dates, not rows with everything: this may be everybody there is.
    rows = rows.select_related("person", "open_cycle").only(*_COLUMNS).order_by("person_id", "id")
    for _person_id, hers in itertools.groupby(rows.iterator(chunk_size=_CHUNK), key=lambda row: row.person_id):
        if due := _due(list(hers), day):
            yield due


_COLUMNS = [
    *("id", "state", "cycle_id", "valid_from", "window_opens_on", "expires_on", "grace_until"),
    *("required", "waived", "paused", "due_on", "begun"),
    *("open_cycle__opened_on", "open_cycle__optional", "open_cycle__due_on"),
    *("person__email", "person__language"),
]


def due_unsent(day: dt.date, people: Collection[int] | None = None) -> Iterator[Due]:
    """As `due_people`, without what was claimed before and without whom was written to on `day`."""
    for chunk in batches(due_people(day, people), _CHUNK):
        claimed: dict[int, dict[tuple[int | None, Stage], set[str]]] = {}
        times: dict[int, list[tuple[dt.datetime, int]]] = {}
        for person_id, cycle_id, stage, date, at, tries in (
            Notice.objects.filter(person_id__in=[due.person_id for due in chunk])
            .exclude(stage=DIGEST)
            .values_list("person_id", "cycle_id", "stage", "week", "claimed_at", "tries")
        ):
            claimed.setdefault(person_id, {}).setdefault((cycle_id, Stage.named(stage)), set()).add(date)
            times.setdefault(person_id, []).append((at, tries))
        for due in chunk:
            known = claimed.get(due.person_id, {})
            items = tuple(item for found in due.items if (item := _unsaid(*found, known)))
            if items and not written_today(times.get(due.person_id, []), day):
                yield replace(due, items=items)


def _unsaid(key: Key, span: Span, known: dict[tuple[int | None, Stage], set[str]]) -> tuple[Key, Span] | None:
    """The item as it is to be claimed, or None where it was: the same stage of another date is another message.

    A claim without a date is of a time when dates were not kept.
    """
    dates = known.get((key.cycle_id, span.stage))
    if dates is None:
        return key, span
    return None if dates & {"", key.week} else (replace(key, stage=span.stage.about(span.date)), span)


def _due(rows: list[Standing], day: dt.date) -> Due | None:
    person = rows[0].person
    items: list[tuple[Key, Span]] = []
    for row in rows:
        facts = Facts(
            state=row.state,
            held=held_of(row),
            required=row.required,
            waived=row.waived,
            paused=row.paused,
            due_on=row.due_on,
            opened_on=row.open_cycle.opened_on if row.open_cycle else None,
            optional=row.open_cycle is not None and row.open_cycle.optional,
            begun=row.begun,
            asked_by=row.open_cycle.due_on if row.open_cycle and row.asked else None,  # type: ignore[attr-defined]  # annotated
        )
        for span in stages_due(facts, day):
            # What expires is told once for what is held, also when the next pass is opened or closed meanwhile.
            cycle_id = row.cycle_id or row.open_cycle_id if span.stage.of_held else row.open_cycle_id
            if cycle_id is not None:
                items.append((Key(stage=span.stage.value, cycle_id=cycle_id, week=f"{span.date:%Y%m%d}"), span))
    if not items or not usable(person.email):
        return None
    return Due(person.pk, person.email, person.language, tuple(items))


def _as_of_now(batch: Collection[Due], day: dt.date) -> list[Due]:
    """The same people by the rows of this moment, in the same order."""
    wanted = [due.person_id for due in batch]
    unsettled = _settle_old(wanted, day)
    found = {due.person_id: due for due in due_unsent(day, wanted)}
    return [found[person_id] for person_id in wanted if person_id in found and person_id not in unsettled]


def _settle_old(people: Collection[int], day: dt.date) -> set[int]:
    """Settles those whose status may be old before it is told to them. Returns for whom that failed."""
    failed = set()
    old = Standing.objects.filter(person_id__in=people, next_change_on__lte=day)
    for person_id in set(old.values_list("person_id", flat=True)):
        try:
            settle_person(person_id, day)
        except Exception:
            logger.exception("could not settle person %s; she is not written to", person_id)
            failed.add(person_id)
    return failed


def _send_again(run: Run, mails: list[list[Notice]]) -> None:
    """What was cut off, where it is still true; in the words of today."""
    for batch in batches(mails, _BATCH):
        people = [rows[0].person_id for rows in batch]
        unsettled = _settle_old(people, run.day)
        true = {due.person_id: due for due in due_people(run.day, people)}
        for rows in batch:
            person_id = rows[0].person_id
            if person_id in unsettled or run.room <= 0:
                continue
            due = true.get(person_id)
            said = {(key.cycle_id, span.stage): (key, span) for key, span in due.items} if due else {}
            kept = [row for row in rows if _still_true(row, said)]
            run.done.dropped += drop(row for row in rows if row not in kept)
            if due and kept:
                items = tuple(said[row.cycle_id, Stage.named(row.stage)] for row in kept)
                run.send_again(replace(due, items=items).mail(), kept)


def _still_true(row: Notice, said: dict[tuple[int | None, Stage], tuple[Key, Span]]) -> bool:
    found = said.get((row.cycle_id, Stage.named(row.stage)))
    return found is not None and row.week in ("", found[0].week)
