"""Tests that people of the demo have sat: what was drawn, what they answered, and what it came to."""

import datetime as dt
import random
from collections.abc import Sequence
from decimal import Decimal

from accounts.models import User
from assessments.drawing import Drawn, draw
from assessments.grading import grade, needed
from assessments.models import Answer, Attempt, AttemptAllowance, ItemVersion, Quiz
from assessments.services import bank_of, finish_attempt, question_of, save_answer, start_attempt
from common.bulk import next_ids
from evidence.models import Evidence

# How many of the questions somebody who passes has wrong: most have none or one.
_WRONG = (0, 0, 0, 1, 1, 2)


class Sittings:
    """Sits tests on behalf of people; what is hard for one is hard for all."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self.contents = dict(ItemVersion.objects.values_list("pk", "content"))
        self.banks = {quiz.pk: bank_of(quiz) for quiz in Quiz.objects.all()}
        self.hardness = {pk: chance.random() ** 2 + 0.05 for pk in self.contents}

    def passed(self, rows: Sequence[Evidence]) -> None:
        """The attempts behind rows of evidence, on their days. Where somebody was not let in, there is none."""
        quizzes = {quiz.key: quiz for quiz in Quiz.objects.filter(key__in={row.subject_key for row in rows})}
        allowances = {
            (one.person_id, one.quiz_id): one
            for one in AttemptAllowance.objects.filter(
                person__in={row.person_id for row in rows}, superseded_at__isnull=True
            )
        }
        attempts: list[Attempt] = []
        answers: list[Answer] = []
        for row in rows:
            quiz = quizzes[row.subject_key]
            allowance = allowances.get((row.person_id, quiz.pk))
            if allowance is not None:
                attempt, given = self._sat(row, quiz, allowance)
                attempts.append(attempt)
                answers += given
        for attempt, pk in zip(attempts, next_ids(Attempt, len(attempts)) if attempts else (), strict=True):
            attempt.pk = pk
        Attempt.objects.bulk_create(attempts)
        for answer in answers:
            answer.attempt_id = answer.attempt.pk
        Answer.objects.bulk_create(answers)

    def _sat(self, row: Evidence, quiz: Quiz, allowance: AttemptAllowance) -> tuple[Attempt, list[Answer]]:
        drawn = draw(*self.banks[quiz.pk], self.chance)
        most = len(drawn) - needed(len(drawn), allowance.pass_mark)
        chosen = self._choose(drawn, min(self.chance.choice(_WRONG), most))
        questions = [question_of(self.contents[one["version"]]["options"]) for one in drawn]
        result = grade(questions, dict(enumerate(chosen)), allowance.pass_mark)
        begun = row.occurred_at - dt.timedelta(minutes=self.chance.randint(6, 14))
        attempt = Attempt(
            person_id=row.person_id,
            quiz=quiz,
            allowance=allowance,
            agency_id=row.agency_id,
            number=1,
            draw=drawn,
            pass_mark=allowance.pass_mark,
            started_at=begun,
            state=Attempt.State.FINISHED,
            finished_at=row.occurred_at,
            correct=result.correct,
            harmful=result.harmful,
            passed=result.passed,
        )
        row.score, row.source_ref = Decimal(result.correct) / result.total, f"attempt:{attempt.public_id}"
        given = [
            Answer(
                attempt=attempt,
                position=place,
                version_id=one["version"],
                option=option,
                sequence=place,
                saved_at=begun,
            )
            for place, (one, option) in enumerate(zip(drawn, chosen, strict=True))
        ]
        return attempt, given

    def fail(self, person: User, quiz: Quiz) -> None:
        """She sits the test now, through the same services as on the page, and has half of it wrong."""
        attempt = start_attempt(person=person, quiz=quiz)
        for place, option in enumerate(self._choose(attempt.draw, len(attempt.draw) // 2)):
            save_answer(attempt=attempt, position=place, option=option, sequence=place)
        finish_attempt(attempt=attempt)

    def _choose(self, drawn: Sequence[Drawn], wrong: int) -> list[str]:
        """The right answers, but for so many: the harder a question, the likelier it is among them."""
        order = sorted(
            range(len(drawn)), key=lambda n: self.chance.random() ** (1 / self.hardness[drawn[n]["version"]])
        )
        missed = set(order[len(order) - wrong :])
        return [self._answer(one, right=place not in missed) for place, one in enumerate(drawn)]

    def _answer(self, one: Drawn, *, right: bool) -> str:
        """The right one, or one that is wrong and does no harm where there is such a one."""
        options = self.contents[one["version"]]["options"]
        known: str = next(option["key"] for option in options if option["correct"])
        others: list[str] = [option["key"] for option in options if not option["correct"] and not option["harmful"]]
        return known if right or not others else self.chance.choice(others)
