"""Saving an answer, and finishing an attempt with everything that follows from it."""

import itertools
import time
import uuid

from django.db import connection, transaction
from django.utils import timezone

from agencies.models import Unit
from assessments.models import Answer, Attempt, Quiz
from assessments.services import finish_attempt, save_answer, start_attempt
from certification.services import settle_person
from config.benchmarks import data
from config.benchmarks.harness import Book, median_ms, queries_of
from courses.models import Edition
from evidence.models import Evidence
from evidence.services import record

_SITTINGS = 15


def measure(book: Book) -> None:
    """The service calls, with the transaction committed: on PostgreSQL and SQLite the disk is part of the figure."""
    quiz = Quiz.objects.filter(code=data.QUIZ_CODE).first() or data.make_quiz()
    agency, units = data.make_agency("Prøver", 1)
    course = data.make_course(2)
    data.make_certification(agency, course, quiz, "prover")
    edition = Edition.objects.get(course_key=course.translation_key, latest=True)
    attempts = [_ready_attempt(units[0], quiz, course.translation_key, edition.number) for _ in range(_SITTINGS)]

    first = attempts[0]
    sequence = itertools.count(100)

    def save() -> None:
        save_answer(attempt=first, position=0, option="a", sequence=next(sequence))

    row = Answer.objects.filter(attempt=first).first()

    def least_save() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                "UPDATE assessments_answer SET option = %s, sequence = %s WHERE id = %s",
                ["a", next(sequence), row.pk if row else 0],
            )

    book.add("answer save", median_ms(save), "ms", floor=median_ms(least_save), queries=queries_of(save), at_most=10)

    spent = []
    for attempt in attempts[1:]:
        begun = time.perf_counter()
        finish_attempt(attempt=attempt)
        spent.append((time.perf_counter() - begun) * 1000)
    spent.sort()
    queries = queries_of(lambda: finish_attempt(attempt=attempts[0]))
    book.add(
        "quiz finish, with certificate",
        spent[len(spent) // 2],
        "ms",
        floor=_least_finish(attempts[0]),
        queries=queries,
        at_most=30,
    )


def _ready_attempt(unit: Unit, quiz: Quiz, course_key: uuid.UUID, edition: int) -> Attempt:
    person = data.make_learner(unit)
    record(
        person=person,
        subject=Evidence.Subject.COURSE,
        subject_key=course_key,
        result=Evidence.Result.COMPLETED,
        assurance=Evidence.Assurance.SELF_DECLARED,
        source_ref=f"bench:{uuid.uuid4()}",
        edition_number=edition,
    )
    settle_person(person.pk)
    attempt = start_attempt(person=person, quiz=quiz)
    for position in range(attempt.total):
        save_answer(attempt=attempt, position=position, option="a", sequence=1)
    return attempt


def _least_finish(attempt: Attempt) -> float:
    """One row changed and one added, in one transaction."""

    def least() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("UPDATE assessments_attempt SET number = number WHERE id = %s", [attempt.pk])
            cursor.execute(
                "INSERT INTO assessments_topic (key, name_nb, name_nn, name_en) VALUES (%s, %s, %s, %s)",
                [uuid.uuid4().hex, str(timezone.now()), "", ""],
            )

    return median_ms(least, times=20)
