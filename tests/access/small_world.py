"""Two agencies, three schools, and one person in every position: what every address is tried on.

Surnames are unique and plain ASCII, so that one found in an answer, in a page, a file or an address, is a leak.
"""

import datetime as dt
import uuid
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.core.files.base import ContentFile
from django.utils import timezone
from factories import LONG_AGO, make_grant, make_membership, make_person, make_unit, with_second_factor
from h5p_samples import package
from wagtail.log_actions import log
from wagtail.models import Collection, CollectionViewRestriction, GroupApprovalTask, Site, Workflow
from worlds import World, make_world

from accounts.models import User
from agencies.models import Grant, Membership, MembershipPause, Unit
from assessments.models import Attempt, Item, ItemOption, Quiz, QuizDraw, Topic
from assessments.services import allow_attempts, finish_attempt, save_answer, save_item_version, start_attempt
from certification.models import Certificate, Certification, Cycle, Standing
from certification.services import settle_person
from certification.statuses import DisplayStatus, StandingState
from courses.models import CoursePage, ModulePage, PathStep
from courses.services import ensure_site, sync_trainer
from evidence.models import Evidence
from evidence.services import record
from media.models import DocumentFile, H5PContent, Video, VideoTrack
from media.services.packages import take_in
from tests.courses.synthetic import (
    block,
    make_contact,
    make_course,
    make_law,
    make_module,
    make_picture,
    publish,
    text_part,
)

F = Grant.Function

# The people who ask. "nobody" is not signed in.
PEOPLE = (
    "learner",
    "manager",
    "sibling_manager",
    "reporter",
    "coordinator",
    "administrator",
    "sibling_administrator",
    "trainer",
    "operator",
    "stranger",
    "nobody",
)
SURNAMES = {
    "learner": "Larerud",
    "colleague": "Kollegard",
    "left": "Sluttvik",
    "both": "Tostedsen",
    "sibling_learner": "Bratemo",
    "neighbour": "Naboaas",
    "manager": "Lederstad",
    "sibling_manager": "Soskenleder",
    "reporter": "Rapportli",
    "coordinator": "Koordmoen",
    "administrator": "Adminhaug",
    "sibling_administrator": "Soskenadmin",
    "trainer": "Fagtorp",
    "operator": "Driftnes",
    "stranger": "Fremmedoy",
}
AT_LIA = {"learner", "colleague", "both"}
# Who is in whose scope, by hand: what the pages for managers and those for administrators may name.
STANDINGS = {"manager": AT_LIA, "sibling_manager": {"sibling_learner"}, "coordinator": {*AT_LIA, "sibling_learner"}}
ROSTER = {
    "administrator": {*AT_LIA, "left", "manager", "reporter", "administrator"},
    "sibling_administrator": {"sibling_learner", "sibling_manager", "sibling_administrator"},
}

# What no one but the learner herself may read, wherever it stands.
VOLUNTARY = "Zetafordypning"
SCORE = 27391  # five digits: no part of a UUID looks like it
SHARE = Decimal("0.3719")
SECRETS = (VOLUNTARY, str(SCORE), "0.3719", "37.19", "37,19", "03:17", "03.17")
OTHER_AGENCY = "Nabovik"


@dataclass
class SmallWorld:
    """Everything an address may be about."""

    base: World
    braten: Unit
    lia_base: Unit  # below Lia, as is the next; nobody works there
    lia_loft: Unit
    neighbour: Unit
    people: dict[str, User] = field(default_factory=dict)
    jobs: dict[str, Membership] = field(default_factory=dict)
    grants: dict[str, Grant] = field(default_factory=dict)
    things: dict[str, Any] = field(default_factory=dict)

    @property
    def lia(self) -> Unit:
        return self.base.school

    def __getattr__(self, name: str) -> Any:
        """`world.certificate`, `world.attempt` …: the things."""
        try:
            return self.__dict__["things"][name]
        except KeyError:
            raise AttributeError(name) from None

    def add(self, name: str, unit: Unit | None = None, function: str = "", **job: Any) -> User:
        surname = SURNAMES[name]
        person = with_second_factor(make_person("Kim", surname, email=f"{surname.lower()}@example.no"))
        self.people[name] = person
        if unit and function:
            self.grants[name] = make_grant(person, unit, function)
        elif unit:
            self.jobs[name] = make_membership(person, unit, **job)
        return person


def make_small_world() -> SmallWorld:
    base = make_world()
    agency, lia = base.agency, base.school
    world = SmallWorld(
        base,
        braten=make_unit("Braten skole", agency),
        lia_base=make_unit("Lia base", lia),
        lia_loft=make_unit("Lia loft", lia),
        neighbour=make_unit(f"{OTHER_AGENCY} kommune"),
    )
    today = timezone.localdate()
    for name in ("learner", "colleague", "both"):
        world.add(name, lia)
    world.add("sibling_learner", world.braten)
    world.add("neighbour", world.neighbour)
    world.add("left", lia, valid_to=today - dt.timedelta(days=100))
    for name in ("both", "left"):
        make_membership(world.people[name], world.neighbour, valid_from=today - dt.timedelta(days=99))
    world.add("manager", lia, F.MANAGER)
    world.add("sibling_manager", world.braten, F.MANAGER)
    world.add("reporter", lia, F.REPORTER)
    world.add("coordinator", agency, F.COORDINATOR)
    world.add("administrator", lia, F.ADMINISTRATOR)
    world.add("sibling_administrator", world.braten, F.ADMINISTRATOR)
    world.add("trainer", agency, F.TRAINER)
    world.add("stranger")
    world.add("operator")
    User.objects.filter(pk=world.people["operator"].pk).update(is_superuser=True)
    world.people["operator"].refresh_from_db()
    world.things["pause"] = MembershipPause.objects.create(membership=world.jobs["colleague"], valid_from=LONG_AGO)
    _content(world)
    _what_was_shown(world, today)
    _history(world)
    return world


def _content(world: SmallWorld) -> None:
    """A published course, a bank and two quizzes, facts, a picture and a document."""
    catalog = ensure_site()
    sync_trainer(person_id=world.people["trainer"].pk)
    course = make_course("Kurset")
    root = Collection.get_first_root_node()
    inside = root.add_child(name="For innloggede")
    CollectionViewRestriction.objects.create(collection=inside, restriction_type="login")
    shown = [_document(root), _document(inside)]
    body = [block("document", {"document": each.pk, "title": "Ark", "text": ""}) for each in shown]
    parts = [text_part("Første"), block("part", {"title": "Andre", "body": body})]
    module = make_module(course, "Modulen", parts)
    course = publish(course, world.people["trainer"])
    PathStep.objects.filter(path=world.base.path, position=1).update(course_key=course.translation_key)
    world.base.course_key = course.translation_key
    topic = Topic.objects.create(key="plikter", name_nb="Plikter")
    for code in ("p1", "p2"):
        item = Item(code=code, topic=topic, stem_nb=f"Hva er riktig i {code}?", why_nb="Fordi.")
        item.options = [
            ItemOption(text_nb="Riktig", correct=True, position=0),
            ItemOption(text_nb="Feil", position=1),
        ]
        item.save()
        save_item_version(item=item, made_by=world.people["trainer"])
    extra = Quiz.objects.create(code="ovelse", name_nb="Øvelse")
    for quiz in (world.base.quiz, extra):
        QuizDraw.objects.create(quiz=quiz, topic=topic, count=2)
    law = make_law()
    world.things |= {
        "catalog": catalog,
        "course": CoursePage.objects.get(pk=course.pk),
        "module": ModulePage.objects.get(pk=module.pk),
        "topic": topic,
        "item": item,
        "extra_quiz": extra,
        "law": law,
        "source": law.source,
        "contact": make_contact(),
        "picture": make_picture(),
        "film": _film(published=True),
        "draft_film": _film(published=False),
        "activity": _activity(world.people["trainer"]),
        "document": shown[0],
        "inside": shown[1],
        "loose": _document(root),
        "site": Site.objects.get(is_default_site=True),
        "collection": inside,
        "task": GroupApprovalTask.objects.create(name="Godkjenning"),
        "workflow": Workflow.objects.create(name="Godkjenning"),
    }


def _film(*, published: bool) -> Video:
    """A video with captions. Its file is none that plays: nobody here looks at it."""
    shown = timezone.now() if published else None
    film = Video(title="Samtalen", kind="webm", seconds=60, transcript="<p>Hei.</p>", published_at=shown)
    film.file.save("film.webm", ContentFile(b"en film"))
    VideoTrack.objects.create(
        video=film, kind="captions", language="nb", text="WEBVTT\n\n00:00.000 --> 00:01.000\nHei.\n"
    )
    return film


def _activity(trainer: User) -> H5PContent:
    content = H5PContent(title="Øvelsen", as_text="<p>Lytt først.</p>", created_by=trainer)
    take_in(content=content, file=package(), file_name="x.h5p", by=trainer, may_approve=True)
    return content


def _document(collection: Collection) -> DocumentFile:
    return DocumentFile.objects.create(title="Ark", collection=collection, file=ContentFile(b"et ark", name="ark.txt"))


def _what_was_shown(world: SmallWorld, today: dt.date) -> None:
    """The learner has her certificate, failed once before, and took something of her own free will."""
    learner, day = world.people["learner"], today - dt.timedelta(days=30)
    night = timezone.make_aware(dt.datetime.combine(day, dt.time(3, 17)))
    world.things["failed"] = fail(world, learner, night)
    for name in ("learner", "sibling_learner"):
        world.base.read_course(world.people[name], day)
        world.base.take_test(world.people[name], day)
    for person in world.people.values():
        settle_person(person.pk, today)
    certificate = Certificate.objects.get(cycle__person=learner)
    allow_attempts(
        person=learner, quiz=world.extra_quiz, given_for="practice", pass_mark=50, attempts=None, cool_down_days=0,
        opens_on=LONG_AGO, agency=None,
    )  # fmt: skip
    world.things |= {
        "certificate": certificate,
        "attempt": start_attempt(person=learner, quiz=world.extra_quiz),
        "voluntary": hold(learner, certificate.cycle, "zeta", VOLUNTARY),
    }


def fail(world: SmallWorld, learner: User, night: dt.datetime) -> Attempt:
    """She sits the quiz that certifies at an odd hour, with an odd score, and does not pass."""
    allow_attempts(
        person=learner, quiz=world.base.quiz, given_for="earlier", pass_mark=80, attempts=None, cool_down_days=0,
        opens_on=LONG_AGO, agency=None,
    )  # fmt: skip
    attempt = start_attempt(person=learner, quiz=world.base.quiz)
    save_answer(attempt=attempt, position=0, option=attempt.draw[0]["options"][0], sequence=1)
    attempt = finish_attempt(attempt=attempt)
    Attempt.objects.filter(pk=attempt.pk).update(correct=SCORE, passed=False, started_at=night, finished_at=night)
    record(
        person=learner, subject=Evidence.Subject.QUIZ, subject_key=world.base.quiz.key, score=SHARE,
        result=Evidence.Result.FAILED, assurance=Evidence.Assurance.SERVER_GRADED, source_ref=f"odd:{attempt.pk}",
        occurred_at=night,
    )  # fmt: skip
    return Attempt.objects.get(pk=attempt.pk)


def hold(learner: User, like: Cycle, key: str, name: str) -> Certification:
    """A certification that nobody requires of her, held through a cycle like the one that counts."""
    today = timezone.localdate()
    voluntary = Certification.objects.create(key=key, name_nb=name, statement_nb="har fordypet seg")
    cycle = Cycle.objects.get(pk=like.pk)
    cycle.pk, cycle.public_id, cycle.certification = None, uuid.uuid4(), voluntary
    cycle._state.adding = True
    cycle.save()
    Certificate.objects.create(cycle=cycle, issued_on=today)
    Standing.objects.create(
        person=learner,
        certification=voluntary,
        state=StandingState.CERTIFIED,
        display=DisplayStatus.VALID,
        cycle=cycle,
        valid_from=cycle.valid_from,
        window_opens_on=cycle.window_opens_on,
        expires_on=cycle.expires_on,
        grace_until=cycle.grace_until,
        computed_on=today,
    )
    return voluntary


def _history(world: SmallWorld) -> None:
    """What Wagtail's logs hold when those who run the installation have worked with pages and with people."""
    operator = world.people["operator"]
    log(instance=world.module, action="wagtail.edit", user=world.people["trainer"])
    log(instance=world.item, action="wagtail.edit", user=world.people["trainer"])
    for name in ("learner", "sibling_learner"):
        log(instance=world.people[name], action="wagtail.edit", user=operator)
