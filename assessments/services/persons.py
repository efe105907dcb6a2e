"""What the quizzes keep of one person: leave to sit them, attempts and answers; and, of an author, her questions."""

from collections.abc import Iterable

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.services.links import made_by, repoint, rows_of
from accounts.signals import Part
from assessments.models import Answer, Attempt, AttemptAllowance
from assessments.services.attempts import finish_attempt
from evidence.services import move_evidence

MADE = ("assessments.ItemVersion.made_by",)
FIELDS = ("assessments.Attempt.person", "assessments.AttemptAllowance.person", *MADE)


def export_parts(person: User) -> Iterable[Part]:
    """Her attempts and what she answered. Which answers are right is not about her."""
    yield Part(
        "attempts",
        _("forsøkene dine på prøver"),
        rows_of(
            Attempt.objects.filter(person=person).order_by("pk"), id="public_id", quiz="quiz__name_nb",
            number="number", state="state", started="started_at", deadline="deadline_at", finished="finished_at",
            correct="correct", could_harm="harmful", must_reach="pass_mark", passed="passed",
        ),
    )  # fmt: skip
    yield Part("answers", _("det du svarte"), _answers(person))
    yield Part(
        "leave_to_sit",
        _("prøver du har fått lov til å ta, og på hvilke vilkår"),
        rows_of(
            AttemptAllowance.objects.filter(person=person).order_by("pk"), quiz="quiz__name_nb",
            given_for="given_for", must_reach="pass_mark", attempts="attempts", days_between="cool_down_days",
            opens_on="opens_on", recorded="recorded_at", replaced="superseded_at",
        ),
    )  # fmt: skip
    yield Part("questions_written", _("hvor mange versjoner av spørsmål du har skrevet"), made_by(person, MADE))


def _answers(person: User) -> list[dict[str, object]]:
    rows = Answer.objects.filter(attempt__person=person).order_by("attempt_id", "position")
    found: list[dict[str, object]] = []
    for row in rows.select_related("attempt", "version"):
        texts = {option["key"]: option["text"]["nb"] for option in row.version.content["options"]}
        found.append(
            {
                "attempt": row.attempt.public_id,
                "number": row.position + 1,
                "question": row.version.content["stem"]["nb"],
                "answer": texts.get(row.option, row.option),
                "saved": row.saved_at,
            }
        )
    return found


def erase(person: User) -> Iterable[str]:
    Answer.objects.filter(attempt__person=person).delete()
    Attempt.objects.filter(person=person).delete()
    AttemptAllowance.objects.filter(person=person).delete()
    return [_("Forsøk og svar på prøver slettes.")]


def merge(source: User, target: User) -> Iterable[str]:
    """Her attempts are hers under the leave they were begun with. Of two that are open in one quiz, one goes on."""
    told = [_("Forsøk og svar følger med.")]
    busy = Attempt.objects.filter(person=target, state=Attempt.State.OPEN).values("quiz_id")
    for attempt in Attempt.objects.filter(person=source, state=Attempt.State.OPEN, quiz_id__in=busy):
        finish_attempt(attempt=attempt)
        told.append(_("En prøve er åpen på begge kontoene. Den på kontoen som forsvinner, leveres slik den er."))
    # What those gave came after the rest of the evidence was moved.
    move_evidence(source=source, target=target)
    _join_allowances(source, target)
    Attempt.objects.filter(person=source).update(person=target)
    AttemptAllowance.objects.filter(person=source).update(person=target)
    repoint(MADE, source=source, target=target)
    return told


def _join_allowances(source: User, target: User) -> None:
    """Leave for the same purpose on both: the target's stands."""
    current = AttemptAllowance.objects.filter(superseded_at__isnull=True)
    held = set(current.filter(person=target).values_list("quiz_id", "given_for"))
    for row in current.filter(person=source):
        if (row.quiz_id, row.given_for) in held:
            current.filter(pk=row.pk).update(superseded_at=timezone.now())
