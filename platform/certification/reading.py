"""What the learner's own pages show: the one next step, her path, her certificates. Reads only."""

import datetime as dt
import math
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from agencies.models import Membership
from assessments.access import Availability, availability
from assessments.models import Quiz
from certification.explaining import explanations, in_words, written
from certification.models import Cycle, Standing
from certification.services.rulebook import path_steps
from certification.standing import display_today
from certification.statuses import LOOKS, DisplayStatus, Look
from courses.models import LearningPath
from courses.reading import ModuleOverview, State, course_overview


@dataclass(frozen=True, slots=True)
class Step:
    """A door on the path: a module, or the test at the end. `state` is done, now, todo or test; `door` how it looks."""

    kind: str
    title: str
    lead: str
    meta: str
    minutes: int
    state: str
    door: str
    url: str
    length: str
    minutes_done: int = 0

    def __getitem__(self, name: str) -> object:
        """Templates ask for an item before an attribute: a miss for each of a hundred doors costs a fifth of a page."""
        try:
            return getattr(self, name)
        except AttributeError as error:
            raise KeyError(name) from error


@dataclass(frozen=True, slots=True)
class PathView:
    """A path as one person meets it. Progress is minutes done of minutes required, the same figure everywhere."""

    key: str
    name: str
    lead: str
    illustration: str
    steps: Sequence[Step]
    minutes: int
    minutes_done: int
    modules: int
    modules_done: int

    @property
    def minutes_left(self) -> int:
        return self.minutes - self.minutes_done

    @property
    def percent(self) -> int:
        return math.floor(100 * self.minutes_done / self.minutes) if self.minutes else 0

    @property
    def now(self) -> Step | None:
        """Where she is: the one next step of this path."""
        return next((step for step in self.steps if step.state == "now"), None)


@dataclass(frozen=True, slots=True)
class StandingView:
    """One certification as its holder sees it."""

    standing: Standing
    look: Look
    word: str
    lacking: str
    why: str
    days_left: int | None
    certificate_code: str
    can_renew: bool
    renew_url: str


@dataclass(frozen=True, slots=True)
class Home:
    """The learner's home: the next step, never two, then her path and what she holds."""

    next_step: Step | None
    next_standing: StandingView | None
    path: PathView | None
    waiting_until: dt.date | None
    standings: Sequence[StandingView]
    voluntary: Sequence[LearningPath]


def home(person: User, standings: Sequence[StandingView], language: str, today: dt.date) -> Home:
    """Everything the home page shows. The same number of queries whatever the number of modules."""
    active = _most_urgent(standings, today)
    if active is None or active.standing.open_cycle is None:
        own = _paths_of_role(person, today) if not standings else []
        return Home(None, active, None, None, standings, own)
    cycle = active.standing.open_cycle
    path, allowed = cycle_path(person, cycle, language, today)
    waiting = allowed.opens_on if allowed and path.now is None else None
    return Home(path.now, active, path, waiting, standings, [])


def my_standings(person: User, today: dt.date) -> list[StandingView]:
    """Her certifications, those that need her first."""
    rows = list(
        Standing.objects.filter(person=person, certification__archived_on__isnull=True)
        .select_related("certification", "cycle__certificate", "open_cycle__path")
        .order_by("certification__key")
    )
    whys = explanations(rows, today)
    views = [_standing_view(row, whys[row.pk], today) for row in rows]
    return sorted(views, key=lambda view: _urgency(view.standing, today))


def _standing_view(row: Standing, why: str, today: dt.date) -> StandingView:
    display = display_today(row, today)
    word = str(DisplayStatus(display).label)
    if display == DisplayStatus.GRACE:
        word = _("Utløpt, kan fornyes til %(date)s") % {"date": written(row.grace_until)}
    certificate = row.cycle.certificate if row.cycle else None
    # A pass may be open before the window is: by a decision.
    renewing = row.open_cycle is not None and display in (
        DisplayStatus.VALID,
        DisplayStatus.WINDOW,
        DisplayStatus.GRACE,
    )
    return StandingView(
        standing=row,
        look=LOOKS[display],
        word=word,
        lacking=_lacking(row, display, today),
        why=why,
        days_left=(row.expires_on - today).days if row.expires_on else None,
        certificate_code=certificate.code if certificate else "",
        can_renew=renewing,
        renew_url=reverse("path", args=[row.open_cycle.path.key]) if renewing and row.open_cycle else "",
    )


def _lacking(row: Standing, display: str, today: dt.date) -> str:
    """What is said in place of «gyldig til og med»; empty where she holds it today."""
    if display in (DisplayStatus.REVOKED, DisplayStatus.SUSPENDED):
        return _("Sertifikatet gjelder ikke nå.")
    if row.cycle_id is None or row.expires_on is None:
        return _("Du får det når stien og prøven er bestått.")
    if row.expires_on < today:
        return _("Gikk ut %(day)s.") % {"day": written(row.expires_on)}
    return ""


def _urgency(row: Standing, today: dt.date) -> tuple[int, dt.date]:
    """What to do first: what has a date that passes soonest; what is held comes after what is lacking."""
    lacking = row.open_cycle_id is not None and row.required and not row.paused
    date = row.due_on if row.cycle_id is None else row.expires_on
    if row.open_cycle and row.open_cycle.due_on and date:
        date = min(date, row.open_cycle.due_on)
    return (0 if lacking else 1, date or dt.date.max)


def _most_urgent(standings: Sequence[StandingView], today: dt.date) -> StandingView | None:
    return standings[0] if standings else None


def cycle_path(person: User, cycle: Cycle, language: str, today: dt.date) -> tuple[PathView, Availability | None]:
    """The path of an open cycle, and whether she may sit its test now."""
    steps = [(step["subject"], step["key"]) for step in cycle.steps]
    return _path_view(person, cycle.path, steps, language, today, since=cycle.evidence_from)


def open_path(person: User, path: LearningPath, language: str, today: dt.date) -> PathView:
    """A path that nobody requires of her: to read, without a test."""
    return _path_view(person, path, path_steps(path), language, today)[0]


def _path_view(
    person: User,
    path: LearningPath,
    steps: Sequence[tuple[str, str]],
    language: str,
    today: dt.date,
    since: dt.date | None = None,
) -> tuple[PathView, Availability | None]:
    course_keys = [uuid.UUID(key) for subject, key in steps if subject == "course"]
    courses = course_overview(course_keys=course_keys, person=person, language=language, since=since)
    modules = [module for course in courses for module in course.modules]
    all_read = all(module.state == State.DONE for module in modules)
    minutes = _("%(n)s min")  # looked up once, not for each of a hundred modules
    doors = [_module_step(module, minutes) for module in modules]
    quiz_keys = [uuid.UUID(key) for subject, key in steps if subject == "quiz"]
    allowed: Availability | None = None
    for quiz in Quiz.objects.filter(key__in=quiz_keys):
        allowed = availability(person=person, quiz=quiz, today=today)
        doors.append(_quiz_step(quiz, allowed, all_read=all_read))
    view = PathView(
        key=path.key,
        name=path.name,
        lead=path.lead,
        illustration=next((course.illustration for course in courses), ""),
        steps=doors,
        minutes=sum(module.minutes for module in modules),
        minutes_done=sum(module.minutes_done for module in modules),
        modules=len(modules),
        modules_done=sum(module.state == State.DONE for module in modules),
    )
    return view, allowed


def _module_step(module: ModuleOverview, minutes: str) -> Step:
    length = minutes % {"n": module.minutes}
    left = module.minutes - module.minutes_done
    if module.state == State.DONE:
        meta = (
            _("Gjort %(date)s") % {"date": date_format(module.done_on, "MONTH_DAY_FORMAT")}
            if module.done_on
            else _("Gjort")
        )
    elif module.state == State.NOW:
        meta = _("Du er her, %(n)s min") % {"n": left}
    else:
        meta = minutes % {"n": left}
    return Step(
        kind="module",
        title=module.title,
        lead=module.lead,
        meta=meta,
        minutes=module.minutes,
        minutes_done=module.minutes_done,
        state=str(module.state),
        door=str(module.state),
        length=length,
        url=module.url,
    )


def _quiz_step(quiz: Quiz, allowed: Availability, *, all_read: bool) -> Step:
    ready = all_read and (allowed.allowed or allowed.open_attempt is not None)
    if ready:
        meta = _("Du er her, ca. %(n)s min") % {"n": quiz.minutes}
    elif not all_read:
        meta = _("Åpner når modulene er gjort")
    elif allowed.opens_on:
        meta = _("Åpner %(date)s") % {"date": written(allowed.opens_on)}
    else:
        meta = _("Ikke åpen")
    return Step(
        kind="quiz",
        title=quiz.name,
        lead=_("Prøven avgjør om du får sertifikatet."),
        meta=meta,
        minutes=quiz.minutes,
        state="now" if ready else "test",
        door="test",
        length=_("%(n)s min") % {"n": quiz.minutes},
        url=reverse("quiz", args=[quiz.code]) if ready else "",
    )


def _paths_of_role(person: User, today: dt.date) -> list[LearningPath]:
    roles = Membership.objects.on(today).filter(person=person).values("role_id")
    return list(LearningPath.objects.filter(roles__in=roles).distinct().order_by("key"))


def facts_of_next(home: Home) -> list[tuple[str, str]]:
    """The few figures beside the next step."""
    facts: list[tuple[str, str]] = []
    path, standing = home.path, home.next_standing
    if path and path.modules:
        number = path.modules_done + 1
        if number <= path.modules:
            facts.append((path.name, _("Modul %(n)s av %(of)s") % {"n": number, "of": path.modules}))
    if home.next_step:
        left = home.next_step.minutes - home.next_step.minutes_done
        label = _("Igjen av modulen") if home.next_step.kind == "module" else _("Tid")
        facts.append((label, ngettext("%(n)s minutt", "%(n)s minutter", left) % {"n": left}))
    if standing:
        row = standing.standing
        if row.cycle_id is None and row.due_on:
            facts.append((_("Frist"), written(row.due_on)))
        elif not standing.lacking:
            facts.append((_("Sertifikatet gjelder til"), written(row.expires_on)))
        elif standing.days_left is not None and standing.days_left < 0:
            facts.append((_("Sertifikatet gikk ut"), written(row.expires_on)))
        if row.open_cycle:
            facts.append((_("Gjelder i"), in_words(row.open_cycle.validity)))
    return facts[:4]
