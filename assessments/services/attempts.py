"""One sitting: begun, answered as she goes, finished once."""

import datetime as dt
import logging
import random
from collections import defaultdict
from decimal import ROUND_DOWN, Decimal

from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from accounts.models import User
from assessments.access import Availability, availability
from assessments.drawing import Candidate, Drawn, draw
from assessments.grading import Question, Result, grade
from assessments.models import Answer, Attempt, ItemVersion, Quiz
from evidence import services as evidence
from evidence.models import Evidence

logger = logging.getLogger(__name__)

_TRIES = 3
_random = random.SystemRandom()


class NotAllowedError(Exception):
    """She may not begin now. `availability` says why, and from when she may."""

    def __init__(self, found: Availability) -> None:
        self.availability = found
        super().__init__(found.reason.value)


class AttemptClosedError(Exception):
    """The attempt is finished, or its time is up: nothing more can be saved in it."""


class UnknownAnswerError(ValueError):
    """No such question in the attempt, or no such option in the question."""


def is_overdue(attempt: Attempt, now: dt.datetime | None = None) -> bool:
    """Whether its time is up, finished or not."""
    return attempt.deadline_at is not None and attempt.deadline_at <= (now or timezone.now())


def start_attempt(*, person: User, quiz: Quiz) -> Attempt:
    """Begins an attempt, or gives back the one that is open: two tabs at once get the same.

    Raises NotAllowedError when she may not begin, BankTooSmallError when the bank cannot fill the quiz.
    """
    for turn in range(_TRIES):
        found = availability(person=person, quiz=quiz)
        if found.open_attempt is not None:
            if not is_overdue(found.open_attempt):
                return found.open_attempt
            finish_attempt(attempt=found.open_attempt)
            continue
        if not found.allowed or found.allowance is None:
            raise NotAllowedError(found)
        now = timezone.now()
        allowance = found.allowance
        try:
            with transaction.atomic():
                return Attempt.objects.create(
                    person=person,
                    quiz=quiz,
                    allowance=allowance,
                    agency=allowance.agency,
                    # Unique under the allowance: if another tab began and finished in between, this fails and the
                    # rules are asked again, so that nobody gets one attempt too many.
                    number=allowance.used.count() + 1,
                    draw=_draw(quiz),
                    pass_mark=allowance.pass_mark,
                    started_at=now,
                    deadline_at=now + dt.timedelta(minutes=quiz.minutes_limit) if quiz.minutes_limit else None,
                )
        except IntegrityError:
            if turn == _TRIES - 1:
                raise
    raise NotAllowedError(availability(person=person, quiz=quiz))


def _draw(quiz: Quiz) -> list[Drawn]:
    blueprint, bank = bank_of(quiz)
    return draw(blueprint, bank, _random)


def bank_of(quiz: Quiz) -> tuple[list[tuple[str, int]], dict[str, list[Candidate]]]:
    """What `draw` draws by and from: so many of each topic, and the latest versions of the items in use."""
    blueprint = list(quiz.draws.order_by("id").values_list("topic__key", "count"))
    newer = ItemVersion.objects.filter(item=OuterRef("item"), number__gt=OuterRef("number"))
    latest = ItemVersion.objects.filter(
        ~Exists(newer), item__retired=False, item__topic__key__in=[topic for topic, _ in blueprint]
    )
    bank: defaultdict[str, list[Candidate]] = defaultdict(list)
    for pk, topic, content in latest.values_list("pk", "item__topic__key", "content"):
        bank[topic].append(Candidate(pk, tuple(option["key"] for option in content["options"])))
    return blueprint, bank


@transaction.atomic
def save_answer(*, attempt: Attempt, position: int, option: str, sequence: int) -> bool:
    """Saves what she chose for one question. The same save again changes nothing; the last word by `sequence` counts.

    Says whether this is now the answer that counts; False when a newer one was saved before. Raises AttemptClosedError
    after the attempt is finished or its time is up, UnknownAnswerError for a question or option that it does not have.
    """
    # Holds back a finish until this answer is in (PostgreSQL by the row, SQLite by its one writer), so that what was
    # reported as saved is always graded.
    row = Attempt.objects.select_for_update(no_key=True).get(pk=attempt.pk)
    if row.state != Attempt.State.OPEN or is_overdue(row):
        raise AttemptClosedError
    if not 0 <= position < len(row.draw) or option not in row.draw[position]["options"]:
        raise UnknownAnswerError
    now = timezone.now()
    here = Answer.objects.filter(attempt=row, position=position)
    older = here.filter(sequence__lt=sequence)
    if older.update(option=option, sequence=sequence, saved_at=now):
        return True
    stored, created = Answer.objects.get_or_create(
        attempt=row,
        position=position,
        defaults={
            "version_id": row.draw[position]["version"],
            "option": option,
            "sequence": sequence,
            "saved_at": now,
        },
    )
    if created or (stored.sequence == sequence and stored.option == option):
        return True
    # Somebody inserted between the two; once it is there, the update decides for good.
    return bool(older.update(option=option, sequence=sequence, saved_at=now))


@transaction.atomic
def finish_attempt(*, attempt: Attempt) -> Attempt:
    """Grades the attempt and records the evidence, once: a second call gives back the same result.

    What was saved before counts, and nothing after. An attempt whose time ran out ended when it did.
    """
    row = Attempt.objects.select_for_update(no_key=True).get(pk=attempt.pk)
    if row.state == Attempt.State.FINISHED:
        return _reread(row)
    now = timezone.now()
    finished_at = row.deadline_at if row.deadline_at is not None and is_overdue(row, now) else now
    result = _result(row)
    won = Attempt.objects.filter(pk=row.pk, state=Attempt.State.OPEN).update(
        state=Attempt.State.FINISHED,
        finished_at=finished_at,
        correct=result.correct,
        harmful=result.harmful,
        passed=result.passed,
    )
    finished = _reread(row)
    if won:
        evidence.record(
            person=finished.person,
            agency=finished.agency,
            subject=Evidence.Subject.QUIZ,
            subject_key=finished.quiz.key,
            result=Evidence.Result.PASSED if result.passed else Evidence.Result.FAILED,
            score=_share(result),
            assurance=Evidence.Assurance.SERVER_GRADED,
            source_ref=f"attempt:{finished.public_id}",
            occurred_at=finished_at,
        )
    return finished


def _reread(row: Attempt) -> Attempt:
    return Attempt.objects.select_related("person", "quiz", "allowance", "agency").get(pk=row.pk)


def _result(row: Attempt) -> Result:
    contents = dict(
        ItemVersion.objects.filter(pk__in=[drawn["version"] for drawn in row.draw]).values_list("pk", "content")
    )
    questions = [question_of(contents[drawn["version"]]["options"]) for drawn in row.draw]
    answers = dict(Answer.objects.filter(attempt=row).values_list("position", "option"))
    return grade(questions, answers, row.pass_mark)


def question_of(options: list[dict[str, object]]) -> Question:
    """The worth of the answers to a question, from the options of its version."""
    return Question(
        right=next(str(option["key"]) for option in options if option["correct"]),
        harmful=frozenset(str(option["key"]) for option in options if option["harmful"]),
    )


def _share(result: Result) -> Decimal:
    """Rounded down: a stored share never says more than what was shown."""
    share = Decimal(result.correct) / Decimal(max(result.total, 1))
    return share.quantize(Decimal("0.0001"), rounding=ROUND_DOWN)


def finish_overdue_attempts(*, now: dt.datetime | None = None) -> int:
    """Finishes every open attempt whose time is up, each on its own; says how many it finished."""
    overdue = Attempt.objects.filter(state=Attempt.State.OPEN, deadline_at__lte=now or timezone.now())
    count = 0
    for attempt in overdue.order_by("deadline_at").iterator():
        try:
            finish_attempt(attempt=attempt)
            count += 1
        except Exception:  # one that cannot be finished must not hold up the others; the next sweep tries again
            logger.exception("could not finish attempt %s", attempt.public_id)
    return count
