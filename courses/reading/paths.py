"""What a learning path consists of."""

import uuid
from dataclasses import dataclass
from typing import Literal

from assessments.models import Quiz
from courses.models import LearningPath


@dataclass(frozen=True, slots=True)
class PathStepReading:
    """A course or a quiz, by the key that evidence uses."""

    subject: Literal["course", "quiz"]
    key: uuid.UUID
    quiz: Quiz | None = None


def path_steps(path: LearningPath) -> list[PathStepReading]:
    """The steps in order. One query."""
    steps: list[PathStepReading] = []
    for step in path.steps.select_related("quiz").order_by("position"):
        if step.quiz is not None:
            steps.append(PathStepReading("quiz", step.quiz.key, step.quiz))
        elif step.course_key is not None:
            steps.append(PathStepReading("course", step.course_key))
    return steps
