"""How an address is described: who may open it, what it is about, and what a form that is right sends."""

import datetime as dt
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.utils import timezone

from certification.services.badges import place_in_list
from media.h5p.library import LibraryName
from media.playing import Playable, content_key, libraries_key
from media.services.libraries import approved
from media.services.statements import iri_of
from tests.access.asking import (
    ELSEWHERE,
    MISSING,
    NOT_ASKED_THIS_WAY,
    OPENS,
    REFUSED,
    SIGN_IN,
    fill,
)
from tests.access.small_world import AT_LIA, PEOPLE, ROSTER, STANDINGS, SmallWorld

World = SmallWorld
Expects = dict[str, str]


def who(*opens: str, others: str = REFUSED, nobody: str = SIGN_IN, **single: str) -> Expects:
    """`opens` open it; the rest is answered `others`; `single` people as they are given."""
    return dict.fromkeys(PEOPLE, others) | {"nobody": nobody} | dict.fromkeys(opens, OPENS) | single


def signed_in(outcome: str = OPENS, nobody: str = SIGN_IN) -> Expects:
    return who(others=outcome, nobody=nobody)


EVERYBODY = signed_in(OPENS, OPENS)
ASKED_ANOTHER_WAY = signed_in(NOT_ASKED_THIS_WAY, NOT_ASKED_THIS_WAY)
ALL_ELSEWHERE = signed_in(ELSEWHERE, ELSEWHERE)
# The learner's own: for everybody else, whatever her function, it does not exist.
OWN = who("learner", others=MISSING)
FIGURES = who("manager", "sibling_manager", "reporter", "coordinator")
FIGURES_AT_LIA = FIGURES | {"sibling_manager": MISSING}
FIGURES_ABOVE = FIGURES | dict.fromkeys(("manager", "sibling_manager", "reporter"), MISSING)
# A video that no course has shown yet is there for those who make courses.
CONTENT_ONLY = who("trainer", "operator", others=MISSING)
PEOPLE_LIST = who(*STANDINGS)
PERSON_AT_LIA = PEOPLE_LIST | {"sibling_manager": MISSING}
PERSON_ELSEWHERE = who(others=REFUSED) | dict.fromkeys(STANDINGS, MISSING)
ROSTER_LIST = who(*ROSTER)
ROSTER_AT_LIA = ROSTER_LIST | {"sibling_administrator": MISSING}
# Those who may decide about a person at Lia, and those whose scope is elsewhere.
DECISIONS_AT_LIA = who("manager", "administrator") | dict.fromkeys(
    ("sibling_manager", "sibling_administrator"), MISSING
)
DECISIONS_ELSEWHERE = DECISIONS_AT_LIA | dict.fromkeys(("manager", "administrator"), MISSING)
DECISIONS = {"manager": AT_LIA, "administrator": AT_LIA}
# In her scope, but more than hers alone.
ROSTER_TOO_HIGH = ROSTER_AT_LIA | {"administrator": REFUSED}
ROSTER_ELSEWHERE = who(others=REFUSED) | dict.fromkeys(ROSTER, MISSING)


def no_one(world: World) -> dict[str, Any]:
    return {}


@dataclass(frozen=True)
class Address:
    """One route, about one thing. `names` says whom an answer may name beside the one who asks."""

    route: str
    expects: Expects
    about: Callable[[World], dict[str, Any]] = no_one
    names: dict[str, set[str]] = field(default_factory=dict)
    # What a form that is right sends; whoever opens the page (or `by`) may send it, and then something is written.
    post: Callable[[World], dict[str, Any] | str] | None = None
    by: tuple[str, ...] = ()
    writes: bool = True

    def address(self, world: World) -> str:
        values = self.about(world)
        if "address" in values:
            return str(values["address"])
        return fill(self.route, values)

    @property
    def senders(self) -> tuple[str, ...]:
        return self.by or tuple(name for name in PEOPLE if self.expects[name] == OPENS)


def day(days: int = 0) -> str:
    return (timezone.localdate() + dt.timedelta(days=days)).isoformat()


def the_learner(world: World) -> dict[str, Any]:
    return {"person_id": world.people["learner"].public_id}


def a_person(name: str) -> Callable[[World], dict[str, Any]]:
    return lambda world: {"person_id": world.people[name].public_id}


def her_job(world: World) -> dict[str, Any]:
    return {"membership_id": world.jobs["learner"].public_id}


def unit(name: str) -> Callable[[World], dict[str, Any]]:
    return lambda world: {"unit_id": getattr(world, name).public_id}


def the_agency(world: World) -> dict[str, Any]:
    return {"unit_id": world.base.agency.public_id}


def code(world: World) -> dict[str, Any]:
    return {"code": world.certificate.code}


def a_status_list(world: World) -> dict[str, Any]:
    place = place_in_list(certificate=world.certificate)
    return {"number": place.list_number, "purpose": "revocation"}


def no_status_list(world: World) -> dict[str, Any]:
    return {"number": 99, "purpose": "revocation"}


def an_achievement(world: World) -> dict[str, Any]:
    return {"public_id": world.base.certification.public_id, "language": "nb"}


def attempt(name: str = "attempt", **more: Any) -> Callable[[World], dict[str, Any]]:
    return lambda world: {"attempt_id": getattr(world, name).public_id, **more}


def quiz(world: World) -> dict[str, Any]:
    return {"code": world.extra_quiz.code}


def module(world: World) -> dict[str, Any]:
    return {"course_slug": world.course.slug, "module_slug": world.module.slug}


def film(name: str = "film") -> Callable[[World], dict[str, Any]]:
    return lambda world: {"video_id": getattr(world, name).public_id}


def its_track(name: str = "film") -> Callable[[World], dict[str, Any]]:
    return lambda world: film(name)(world) | {"track_id": getattr(world, name).tracks.get().pk}


def what_was_seen(world: World) -> str:
    return json.dumps({"position": 5, "ranges": [[0, 5]], "sequence": 1})


def a_document(name: str) -> Callable[[World], dict[str, Any]]:
    """One of the documents, by the address it is served at."""
    return lambda world: {"address": getattr(world, name).url}


def an_answer(world: World) -> dict[str, Any]:
    option = world.attempt.draw[0]["options"][0]
    return {"number": 1, "option": option, "sequence": 7, "go": "next"}


def a_job(world: World) -> dict[str, Any]:
    return {"unit": world.lia_base.public_id, "role": "teacher", "first_day": day()}


def a_function(world: World) -> dict[str, Any]:
    return {"function": "reporter", "unit": world.lia_base.public_id, "first_day": day()}


def the_activity(world: World) -> dict[str, Any]:
    return {"content_id": world.activity.public_id}


def _playable(world: World) -> Playable:
    libraries = approved()
    needs = [libraries[LibraryName.parse(name)].pk for name in world.activity.current.needs]
    return Playable(world.activity.current_id, tuple(needs))


def in_the_frame(**more: Any) -> Callable[[World], dict[str, Any]]:
    """What the frame of an activity asks for: the address is the permission."""
    return lambda world: {"key": content_key(_playable(world)), "version_id": world.activity.current_id, **more}


def of_libraries(**more: Any) -> Callable[[World], dict[str, Any]]:
    return lambda world: {"key": libraries_key(_playable(world).library_ids), **more}


def a_statement(world: World) -> str:
    told = {
        "id": "0d5f9d0e-0000-4000-8000-000000000000", "verb": {"id": "http://adlnet.gov/expapi/verbs/completed"},
        "object": {"id": iri_of(world.activity)},
    }  # fmt: skip
    return json.dumps({"version": world.activity.current_id, "statements": [told]})


def a_place(world: World) -> str:
    return json.dumps({"version": world.activity.current_id, "state": "{}", "sequence": 1})


def a_name(world: World) -> dict[str, Any]:
    return {"first_name": "Ny", "last_name": "Nyby", "email": "nyby@example.no", "language": "nb"}


def last_day(world: World) -> dict[str, Any]:
    return {"last_day": day()}


def language(world: World) -> dict[str, Any]:
    return {"language": "nn"}


def a_rule(world: World) -> dict[str, Any]:
    return {"rule_id": world.base.rule.public_id}


def her_case(**more: Any) -> Callable[[World], dict[str, Any]]:
    return lambda world: {"person_id": world.people["learner"].public_id, "key": "grunnkurs", **more}


def new_cycles(world: World) -> dict[str, Any]:
    return {
        "certification": "grunnkurs", "unit": world.lia.public_id, "due_on": day(30), "reason": "Ny lov.",
        "confirm": 1, "person": str(world.people["learner"].public_id),
    }  # fmt: skip


def a_version(world: World) -> dict[str, Any]:
    return {
        "version": "ny", "valid_from": day(), "path": world.base.path.key, "pass_mark": 80, "validity": "12 måneder",
        "window": "60 dager", "date_base": "expiry", "least_assurance": 30, "note": "Ny.", "confirm": 1,
        "apply_to_open": "no",
    }  # fmt: skip
