"""The learner's pages: before, during and after an attempt. Every one shows only her own."""

import datetime as dt
import json
import time
import uuid
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from agencies.access import AuthenticatedRequest
from assessments import reading
from assessments.access import Availability, availability, local_day, own_attempt
from assessments.drawing import BankTooSmallError
from assessments.grading import needed
from assessments.models import Answer, Attempt, Quiz
from assessments.services import (
    AttemptClosedError,
    NotAllowedError,
    UnknownAnswerError,
    finish_attempt,
    is_overdue,
    save_answer,
    start_attempt,
)

_LARGEST_SEQUENCE = 2**53 - 1  # the largest whole number that a browser counts exactly


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def quiz(request: AuthenticatedRequest, code: str) -> HttpResponse:
    """Before: what the quiz is and whether she may begin. POST begins it, or goes on with the open attempt."""
    found = get_object_or_404(Quiz, code=code)
    if request.method != "POST":
        return _start_page(request, found, availability(person=request.user, quiz=found))
    try:
        attempt = start_attempt(person=request.user, quiz=found)
    except NotAllowedError as refused:
        return _start_page(request, found, refused.availability, status=409)
    except BankTooSmallError:
        # The author's form keeps this from happening; retired questions can still bring it about.
        messages.error(request, _("Prøven mangler spørsmål og kan ikke tas akkurat nå. Prøv igjen senere."))
        return _start_page(request, found, availability(person=request.user, quiz=found), status=409)
    return redirect("attempt_question", attempt.public_id, _first_unanswered(attempt))


def _start_page(request: AuthenticatedRequest, quiz: Quiz, found: Availability, *, status: int = 200) -> HttpResponse:
    total = sum(quiz.draws.values_list("count", flat=True))
    pass_mark = found.allowance.pass_mark if found.allowance else quiz.pass_mark
    context = {
        "quiz": quiz,
        "found": found,
        "reason": found.reason.value,
        "total": total,
        "needed": needed(total, pass_mark),
        "nav_here": "home",
    }
    return render(request, "assessments/quiz.html", context, status=status)


def _first_unanswered(attempt: Attempt) -> int:
    """Where she goes on: the first question without an answer; the last page when all have one."""
    answered = set(Answer.objects.filter(attempt=attempt).values_list("position", flat=True))
    return next((place + 1 for place in range(attempt.total) if place not in answered), attempt.total + 1)


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def attempt_question(request: AuthenticatedRequest, attempt_id: uuid.UUID, number: int) -> HttpResponse:
    """During: one question on a page, and after the last one a page to look over and hand in.

    A finished attempt leads to its result, so that the browser's back button never ends in an error.
    """
    attempt = _own(request, attempt_id)
    if not 1 <= number <= attempt.total + 1:
        raise Http404
    if attempt.state == Attempt.State.FINISHED:
        if request.method == "POST":
            messages.warning(request, _("Prøven er alt levert. Det siste svaret ble ikke lagret."))
        return redirect("attempt_result", attempt.public_id)
    if request.method == "POST" and number <= attempt.total:
        try:
            _save_from_form(request, attempt, number)
        except AttemptClosedError:
            messages.warning(request, _("Prøven er alt levert. Det siste svaret ble ikke lagret."))
            return redirect("attempt_result", attempt.public_id)
        except UnknownAnswerError:
            messages.error(request, _("Svaret ble ikke lagret. Velg et av svarene på siden."))
            return redirect("attempt_question", attempt.public_id, number)
        step = -1 if request.POST.get("go") == "previous" else 1
        return redirect("attempt_question", attempt.public_id, max(1, number + step))
    return _question_page(request, attempt, number)


def _own(request: HttpRequest, attempt_id: uuid.UUID) -> Attempt:
    """Her attempt. One whose time is up is finished here rather than when the sweep comes by."""
    attempt = own_attempt(request, attempt_id)
    if attempt.state == Attempt.State.OPEN and is_overdue(attempt):
        return finish_attempt(attempt=attempt)
    return attempt


def _save_from_form(request: HttpRequest, attempt: Attempt, number: int) -> None:
    """Saves the chosen option when it is another one than the page was opened with.

    What she did not touch is not saved again: on another device she may have changed it since.
    """
    option = request.POST.get("option", "")
    given = request.POST.get("sequence", "")
    if not option or (option == request.POST.get("was") and not given):
        return
    # The script counts in the server's milliseconds; without it, the moment of handing in takes its place.
    sequence = int(given) if given.isascii() and given.isdigit() and len(given) <= 16 else _now_ms()
    if sequence > _LARGEST_SEQUENCE:
        raise UnknownAnswerError
    if not save_answer(attempt=attempt, position=number - 1, option=option, sequence=sequence):
        messages.info(request, _("Du har svart på nytt i et annet vindu. Det nyeste svaret er beholdt."))


def _now_ms() -> int:
    return time.time_ns() // 1_000_000


def _question_page(request: HttpRequest, attempt: Attempt, number: int) -> HttpResponse:
    saved = reading.answers(attempt)
    dots = [
        {
            "number": place + 1,
            "state": "current" if place + 1 == number else "answered" if place in saved else "",
        }
        for place in range(attempt.total)
    ]
    now = timezone.now()
    context = {
        "attempt": attempt,
        "quiz": attempt.quiz,
        "number": number,
        "total": attempt.total,
        "answered": len(saved),
        "dots": dots,
        "now_ms": _now_ms(),
        "minutes_left": _minutes_left(attempt, now),
        "last_save": max((answer.saved_at for answer in saved.values()), default=None),
        "nav_here": "home",
    }
    if number > attempt.total:
        context["unanswered"] = [place + 1 for place in range(attempt.total) if place not in saved]
        return render(request, "assessments/attempt_review.html", context)
    context["question"] = reading.question(attempt, number)
    context["saved"] = saved.get(number - 1)
    return render(request, "assessments/attempt_question.html", context)


def _minutes_left(attempt: Attempt, now: dt.datetime) -> int | None:
    if attempt.deadline_at is None:
        return None
    return max(0, -int((now - attempt.deadline_at).total_seconds() // 60))


@never_cache
@require_POST
def attempt_answer(request: HttpRequest, attempt_id: uuid.UUID) -> JsonResponse:
    """Saves one answer for the page's script. Answers say in words what happened; the page shows them."""
    if not request.user.is_authenticated:
        # A redirect to the sign-in page would look like success to fetch().
        return _refusal(_("Du er logget ut. Logg inn igjen, så lagres svaret."), status=401)
    attempt = own_attempt(request, attempt_id)
    try:
        number, option, sequence = _read_answer(request.body)
        saved = save_answer(attempt=attempt, position=number - 1, option=option, sequence=sequence)
    except AttemptClosedError:
        return _refusal(_("Prøven er alt levert eller tiden er ute. Svaret ble ikke lagret."), status=409)
    except (UnknownAnswerError, ValueError):
        return _refusal(_("Svaret ble ikke lagret. Last siden på nytt og velg igjen."), status=400)
    if saved:
        return JsonResponse({"saved": True, "option": option, "sequence": sequence, "at": _clock()})
    kept = Answer.objects.get(attempt=attempt, position=number - 1)
    return JsonResponse({"saved": False, "option": kept.option, "sequence": kept.sequence, "at": _clock(kept.saved_at)})


def _read_answer(body: bytes) -> tuple[int, str, int]:
    """Number, option and sequence of what the script sent. Raises ValueError for anything else."""
    sent = json.loads(body)
    if not isinstance(sent, dict):
        raise UnknownAnswerError
    number, option, sequence = sent.get("number"), sent.get("option"), sent.get("sequence")
    if type(number) is not int or type(option) is not str or type(sequence) is not int:
        raise UnknownAnswerError
    if not 0 <= sequence <= _LARGEST_SEQUENCE:
        raise UnknownAnswerError
    return number, option, sequence


def _refusal(message: str, *, status: int) -> JsonResponse:
    return JsonResponse({"saved": False, "message": message}, status=status)


def _clock(instant: dt.datetime | None = None) -> str:
    return timezone.localtime(instant).strftime("%H.%M")


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def attempt_finish(request: AuthenticatedRequest, attempt_id: uuid.UUID) -> HttpResponse:
    """Hands in. Twice, or from two tabs, is the same as once."""
    attempt = own_attempt(request, attempt_id)
    if request.method != "POST":  # after a sign-in in between: let her look over and press again
        return redirect("attempt_question", attempt.public_id, attempt.total + 1)
    finish_attempt(attempt=attempt)
    return redirect("attempt_result", attempt.public_id)


@never_cache
@login_required
@require_safe
def attempt_result(request: AuthenticatedRequest, attempt_id: uuid.UUID) -> HttpResponse:
    """After: the result and what she learns from it; `?svar=1` shows the wrong answers of a failed attempt."""
    attempt = _own(request, attempt_id)
    if attempt.finished_at is None:
        return redirect("attempt_question", attempt.public_id, _first_unanswered(attempt))
    found = reading.review(attempt)
    context: dict[str, Any] = {
        "attempt": attempt,
        "quiz": attempt.quiz,
        "total": attempt.total,
        "needed": needed(attempt.total, attempt.pass_mark),
        "finished_on": local_day(attempt.finished_at, attempt.agency),
        "nav_here": "home",
    }
    if attempt.passed:
        context["feedback"] = reading.feedback(found, only_wrong=False, tell_right=True)
        return render(request, "assessments/result_passed.html", context)
    if "svar" in request.GET:
        context["feedback"] = reading.feedback(found, only_wrong=True, tell_right=False)
        return render(request, "assessments/result_answers.html", context)
    context["reread"] = reading.reread(found)
    context["found"] = availability(person=request.user, quiz=attempt.quiz)
    context["reason"] = context["found"].reason.value
    return render(request, "assessments/result_failed.html", context)
