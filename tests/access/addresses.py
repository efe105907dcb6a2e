"""Every address of our own and of the sign-in package, and who may open it. A new address is declared here.

An address that stands twice is about two things. People who are not named by `expects` may not open it, in the way
that `others` says; nobody is sent to sign in.
"""

import datetime as dt
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.utils import timezone

from agencies.services.people import person_fingerprint
from agencies.services.units import unit_fingerprint
from certification.services.badges import place_in_list
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
ALL_ELSEWHERE = signed_in(ELSEWHERE, ELSEWHERE)
# The learner's own: for everybody else, whatever her function, it does not exist.
OWN = who("learner", others=MISSING)
FIGURES = who("manager", "sibling_manager", "reporter", "coordinator")
FIGURES_AT_LIA = FIGURES | {"sibling_manager": MISSING}
FIGURES_ABOVE = FIGURES | dict.fromkeys(("manager", "sibling_manager", "reporter"), MISSING)
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


def an_answer(world: World) -> dict[str, Any]:
    option = world.attempt.draw[0]["options"][0]
    return {"number": 1, "option": option, "sequence": 7, "go": "next"}


def a_job(world: World) -> dict[str, Any]:
    return {"unit": world.lia_base.public_id, "role": "teacher", "first_day": day()}


def a_function(world: World) -> dict[str, Any]:
    return {"function": "reporter", "unit": world.lia_base.public_id, "first_day": day()}


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


OURS = [
    # --- for all ----------------------------------------------------------------------------------
    Address("", ALL_ELSEWHERE),
    Address("health/", EVERYBODY),
    Address("uploads/<path:name>", EVERYBODY, lambda w: {"name": w.picture.file.name}),
    Address("uploads/<path:name>", signed_in(MISSING, MISSING), lambda w: {"name": w.document.file.name}),
    Address("i18n/setlang/", ALL_ELSEWHERE, post=language, by=PEOPLE, writes=False),
    Address("nb/kontroll/", EVERYBODY, post=code, writes=False),
    Address("k/<slug:code>/", EVERYBODY, code, names={name: {"learner"} for name in PEOPLE}),
    Address("k/<slug:code>/", signed_in(MISSING, MISSING), lambda w: {"code": "0" * 26}),
    Address("merke/utsteder/", EVERYBODY),
    Address("merke/nokler.json", EVERYBODY),
    Address("merke/status/<int:number>/<slug:purpose>/", EVERYBODY, a_status_list),
    Address("merke/status/<int:number>/<slug:purpose>/", signed_in(MISSING, MISSING), no_status_list),
    Address("merke/sertifisering/<uuid:public_id>/<slug:language>/", EVERYBODY, an_achievement),
    # --- for whoever is signed in, each her own ---------------------------------------------------
    Address("nb/", signed_in()),
    Address("nb/sti/<slug:key>/", signed_in(), lambda w: {"key": w.base.path.key}),
    Address("nb/sertifikater/", signed_in()),
    Address("nb/sertifikat/<slug:code>/", OWN, code),
    Address("nb/sertifikat/<slug:code>/pdf/", OWN, code),
    Address("nb/sertifikat/<slug:code>/merke/", OWN, code),
    Address("nb/sertifikat/<slug:code>/merke.svg", OWN, code),
    Address("nb/sertifikat/<slug:code>/merke.jwt", OWN, code),
    Address("nb/sertifikat/<slug:code>/merke.json", OWN, code),
    Address("nb/min-konto/", signed_in(), post=language),
    Address("nb/min-konto/opplysninger.zip", signed_in()),
    Address("nb/kurs/<str:course_slug>/<str:module_slug>/", signed_in(), module),
    Address(r"nb/^((?:kurs/(?:[\w-]+/)*)?)$", ALL_ELSEWHERE, lambda w: {"address": w.course.url}),
    Address("nb/prove/<slug:code>/", signed_in(), quiz, post=no_one, by=("learner",), writes=False),
    Address("nb/forsok/<uuid:attempt_id>/<int:number>/", OWN, attempt(number=1), post=an_answer),
    Address(
        "nb/forsok/<uuid:attempt_id>/svar/",
        signed_in(NOT_ASKED_THIS_WAY, NOT_ASKED_THIS_WAY),
        attempt(),
        post=lambda w: json.dumps(an_answer(w)),
        by=("learner",),
    ),
    Address(
        "nb/forsok/<uuid:attempt_id>/lever/", OWN | {"learner": ELSEWHERE}, attempt(), post=no_one, by=("learner",)
    ),
    Address("nb/forsok/<uuid:attempt_id>/resultat/", OWN, attempt("failed")),
    Address("nb/forsok/<uuid:attempt_id>/resultat/", OWN | {"learner": ELSEWHERE}, attempt()),
    # --- for who sees figures ---------------------------------------------------------------------
    Address("nb/rapport/", FIGURES),
    Address("nb/rapport/<uuid:unit_id>/", FIGURES_AT_LIA, unit("lia")),
    Address("nb/rapport/<uuid:unit_id>/", FIGURES_ABOVE, the_agency),
    Address("nb/rapport/<uuid:unit_id>/", FIGURES_ABOVE | {"coordinator": MISSING}, unit("neighbour")),
    Address("nb/rapport/<uuid:unit_id>/tall.csv", FIGURES_AT_LIA, unit("lia")),
    Address("nb/rapport/<uuid:unit_id>/tall.csv", FIGURES_ABOVE, the_agency),
    Address("nb/rapport/<uuid:unit_id>/per-dato/", FIGURES_AT_LIA, unit("lia")),
    Address("nb/rapport/<uuid:unit_id>/per-dato/", FIGURES_ABOVE, the_agency),
    # --- for who sees people ----------------------------------------------------------------------
    Address("nb/rapport/<uuid:unit_id>/per-dato/personer.csv", PERSON_AT_LIA, unit("lia"), names=STANDINGS),
    Address("nb/rapport/<uuid:unit_id>/per-dato/personer.csv", PERSON_ELSEWHERE, unit("neighbour")),
    Address("nb/personer/<uuid:person_id>/per-dato/", PERSON_AT_LIA, the_learner, names=STANDINGS),
    Address("nb/personer/<uuid:person_id>/per-dato/", PERSON_AT_LIA, a_person("both"), names=STANDINGS),
    Address("nb/personer/<uuid:person_id>/per-dato/", PERSON_ELSEWHERE, a_person("left")),
    Address("nb/personer/<uuid:person_id>/per-dato/", PERSON_ELSEWHERE, a_person("neighbour")),
    Address("nb/personer/", PEOPLE_LIST, names=STANDINGS),
    Address("nb/personer/personer.csv", PEOPLE_LIST, names=STANDINGS),
    Address("nb/personer/<uuid:person_id>/", PERSON_AT_LIA, the_learner, names=STANDINGS),
    Address("nb/personer/<uuid:person_id>/", PERSON_AT_LIA, a_person("both"), names=STANDINGS),
    Address("nb/personer/<uuid:person_id>/", PERSON_ELSEWHERE, a_person("left")),
    Address("nb/personer/<uuid:person_id>/", PERSON_ELSEWHERE, a_person("neighbour")),
    # --- for administrators -----------------------------------------------------------------------
    Address("nb/virksomhet/", ROSTER_LIST),
    Address(
        "nb/virksomhet/enheter/ny/",
        ROSTER_LIST,
        post=lambda w: {"name_nb": "Ny", "kind": "school", "parent": w.lia.public_id},
        by=("administrator",),
    ),
    Address(
        "nb/virksomhet/enheter/<uuid:unit_id>/",
        ROSTER_AT_LIA,
        unit("lia"),
        post=lambda w: {"name_nb": "Ny", "kind": "school", "seen": unit_fingerprint(w.lia)},
    ),
    Address("nb/virksomhet/enheter/<uuid:unit_id>/", ROSTER_ELSEWHERE, the_agency),
    Address(
        "nb/virksomhet/enheter/<uuid:unit_id>/flytt/",
        ROSTER_AT_LIA,
        unit("lia_base"),
        post=lambda w: {"parent": w.lia_loft.public_id, "day": day(), "seen": w.lia_base.path},
    ),
    Address(
        "nb/virksomhet/enheter/<uuid:unit_id>/flytt/",
        ROSTER_TOO_HIGH,
        unit("lia"),
        post=lambda w: {"parent": w.braten.public_id, "day": day(), "seen": w.lia.path},
    ),
    Address("nb/virksomhet/enheter/<uuid:unit_id>/legg-ned/", ROSTER_AT_LIA, unit("lia_base"), post=last_day),
    Address("nb/virksomhet/enheter/<uuid:unit_id>/legg-ned/", ROSTER_TOO_HIGH, unit("lia"), post=last_day),
    Address("nb/virksomhet/personer/", ROSTER_LIST, names=ROSTER),
    Address(
        "nb/virksomhet/personer/",
        ROSTER_LIST,
        lambda w: {"address": "/nb/virksomhet/personer/?vis=sluttet"},
        names=ROSTER,
    ),
    Address("nb/virksomhet/personer/ny/", ROSTER_LIST, post=lambda w: a_name(w) | a_job(w), by=("administrator",)),
    Address("nb/virksomhet/personer/<uuid:person_id>/", ROSTER_AT_LIA, the_learner, names=ROSTER),
    Address("nb/virksomhet/personer/<uuid:person_id>/", ROSTER_AT_LIA, a_person("both"), names=ROSTER),
    Address("nb/virksomhet/personer/<uuid:person_id>/", ROSTER_AT_LIA, a_person("left"), names=ROSTER),
    Address("nb/virksomhet/personer/<uuid:person_id>/", ROSTER_ELSEWHERE, a_person("neighbour")),
    Address(
        "nb/virksomhet/personer/<uuid:person_id>/endre/",
        ROSTER_AT_LIA,
        the_learner,
        names=ROSTER,
        post=lambda w: a_name(w) | {"seen": person_fingerprint(w.people["learner"])},
    ),
    *(
        Address(
            "nb/virksomhet/personer/<uuid:person_id>/endre/",
            ROSTER_TOO_HIGH,
            a_person(name),
            post=lambda w, name=name: a_name(w) | {"seen": person_fingerprint(w.people[name])},
        )
        for name in ("both", "left")
    ),
    Address(
        "nb/virksomhet/personer/<uuid:person_id>/slett/",
        ROSTER_AT_LIA | {"operator": OPENS},
        the_learner,
        names=ROSTER | {"operator": {"learner"}},
        post=lambda w: {"ground": "asked", "typed": w.people["learner"].email},
    ),
    Address(
        "nb/virksomhet/personer/<uuid:person_id>/sla-sammen/",
        ROSTER_AT_LIA | {"operator": OPENS},
        the_learner,
        names=ROSTER | {"operator": {"learner"}},
        post=lambda w: {"email": w.people["colleague"].email},
        writes=False,
    ),
    Address(
        "nb/virksomhet/personer/<uuid:person_id>/sla-sammen/<uuid:other_id>/",
        ROSTER_AT_LIA | {"operator": OPENS},
        lambda w: the_learner(w) | {"other_id": w.people["colleague"].public_id},
        names=ROSTER | {"operator": {"learner", "colleague"}},
        post=lambda w: {"typed": w.people["colleague"].email},
    ),
    Address(
        "nb/virksomhet/personer/<uuid:person_id>/ny-stilling/", ROSTER_AT_LIA, the_learner, names=ROSTER, post=a_job
    ),
    Address(
        "nb/virksomhet/personer/<uuid:person_id>/ny-stilling/", ROSTER_ELSEWHERE, a_person("neighbour"), post=a_job
    ),
    Address(
        "nb/virksomhet/personer/<uuid:person_id>/ny-funksjon/",
        ROSTER_AT_LIA,
        the_learner,
        names=ROSTER,
        post=a_function,
    ),
    Address("nb/virksomhet/stillinger/<uuid:membership_id>/flytt/", ROSTER_AT_LIA, her_job, names=ROSTER, post=a_job),
    Address(
        "nb/virksomhet/stillinger/<uuid:membership_id>/avslutt/", ROSTER_AT_LIA, her_job, names=ROSTER, post=last_day
    ),
    Address(
        "nb/virksomhet/stillinger/<uuid:membership_id>/permisjon/",
        ROSTER_AT_LIA,
        her_job,
        names=ROSTER,
        post=lambda w: {"first_day": day()},
    ),
    Address(
        "nb/virksomhet/stillinger/<uuid:membership_id>/permisjon/<int:pause_id>/avslutt/",
        ROSTER_AT_LIA,
        lambda w: {"membership_id": w.jobs["colleague"].public_id, "pause_id": w.pause.pk},
        names=ROSTER,
        post=last_day,
    ),
    Address(
        "nb/virksomhet/stillinger/<uuid:membership_id>/permisjon/<int:pause_id>/avslutt/",
        ROSTER_AT_LIA | {"administrator": MISSING},
        lambda w: {**her_job(w), "pause_id": w.pause.pk},
        post=last_day,
    ),
    Address(
        "nb/virksomhet/funksjoner/<uuid:grant_id>/avslutt/",
        ROSTER_AT_LIA,
        lambda w: {"grant_id": w.grants["manager"].public_id},
        names=ROSTER,
        post=last_day,
    ),
    Address(
        "nb/virksomhet/funksjoner/<uuid:grant_id>/avslutt/",
        ROSTER_ELSEWHERE,
        lambda w: {"grant_id": w.grants["coordinator"].public_id},
        post=last_day,
    ),
    # --- rules, policies and decisions -------------------------------------------------------------
    # A rule is a whole agency's: those who administer one school read it, and nobody here administers the agency.
    Address("nb/krav/", ROSTER_LIST),
    Address("nb/krav/nytt/", who()),
    Address("nb/krav/<uuid:rule_id>/endre/", who(), a_rule),
    Address("nb/krav/<uuid:rule_id>/avslutt/", who(), a_rule),
    Address("nb/regler/", who("operator")),
    Address("nb/regler/<slug:key>/", who("operator"), lambda w: {"key": "grunnkurs"}),
    Address("nb/regler/<slug:key>/ny/", who("operator"), lambda w: {"key": "grunnkurs"}, post=a_version),
    Address(
        "nb/regler/<slug:key>/<uuid:agency_id>/ny/",
        who(),
        lambda w: {"key": "grunnkurs", "agency_id": w.base.agency.public_id},
    ),
    # New cycles are opened by those who decide, in their own units; how far it has come is shown to who asked for it.
    Address(
        "nb/omganger/ny/",
        who("manager", "sibling_manager", "administrator", "sibling_administrator"),
        post=new_cycles,
        by=("manager", "administrator"),
    ),
    Address(
        "nb/omganger/<uuid:batch_id>/",
        who(others=REFUSED)
        | dict.fromkeys(("manager", "sibling_manager", "administrator", "sibling_administrator"), MISSING),
        lambda w: {"batch_id": "00000000-0000-4000-8000-000000000000"},
    ),
    # With one certification required of her it leads straight to that.
    Address(
        "nb/vedtak/<uuid:person_id>/",
        DECISIONS_AT_LIA | {"manager": ELSEWHERE, "administrator": ELSEWHERE},
        the_learner,
    ),
    Address("nb/vedtak/<uuid:person_id>/<slug:key>/", DECISIONS_AT_LIA, her_case(), names=DECISIONS),
    # What nobody requires of her is not there to decide about.
    Address("nb/vedtak/<uuid:person_id>/<slug:key>/", DECISIONS_ELSEWHERE, her_case(key="zeta")),
    Address(
        "nb/vedtak/<uuid:person_id>/<slug:key>/<slug:kind>/",
        DECISIONS_AT_LIA,
        her_case(kind="fritak"),
        names=DECISIONS,
        post=lambda w: {"reason": "Etter avtale.", "first_day": day()},
    ),
    *(
        Address(
            f"nb/vedtak/<uuid:person_id>/<slug:key>/<uuid:decision_id>/{what}/",
            DECISIONS_ELSEWHERE,
            her_case(decision_id="00000000-0000-4000-8000-000000000000"),
        )
        for what in ("angre", "avslutt")
    ),
]

TO_SECOND = who(others=ELSEWHERE)  # to type the password again before her second factor is touched
DOOR = signed_in(ELSEWHERE, OPENS)

SIGN_IN_PACKAGE = [
    # An address is given by rosters and administrators: nobody changes her own here.
    Address("nb/konto/email/", ALL_ELSEWHERE),
    Address("nb/konto/confirm-email/", ALL_ELSEWHERE),
    Address("nb/konto/confirm-email/<path:key>/", ALL_ELSEWHERE, lambda w: {"key": "abc"}),
    Address(
        r"nb/konto/^confirm-email/(?P<key>[-:\w]+)/$",
        ALL_ELSEWHERE,
        lambda w: {"address": "/nb/konto/confirm-email/a:b/"},
    ),
    Address("nb/konto/login/", DOOR),
    Address("nb/konto/login/code/", DOOR),
    Address("nb/konto/login/code/confirm/", signed_in(ELSEWHERE)),
    Address("nb/konto/signup/", DOOR),  # says that it is closed
    Address("nb/konto/logout/", signed_in()),
    Address("nb/konto/inactive/", EVERYBODY),
    Address("nb/konto/reauthenticate/", TO_SECOND),
    Address("nb/konto/password/change/", TO_SECOND),  # those of this world have none to change
    Address("nb/konto/password/set/", signed_in()),
    Address("nb/konto/password/reset/", EVERYBODY),
    Address("nb/konto/password/reset/done/", EVERYBODY),
    Address("nb/konto/password/reset/key/done/", EVERYBODY),
    Address(
        r"nb/konto/^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        EVERYBODY,  # says that the link does not hold
        lambda w: {"address": "/nb/konto/password/reset/key/1-abc/"},
    ),
    Address("nb/konto/2fa/", signed_in()),
    Address("nb/konto/2fa/authenticate/", signed_in(ELSEWHERE)),
    Address("nb/konto/2fa/reauthenticate/", signed_in()),
    Address("nb/konto/2fa/totp/activate/", TO_SECOND),
    Address("nb/konto/2fa/totp/deactivate/", TO_SECOND),
    Address("nb/konto/2fa/recovery-codes/", signed_in(MISSING)),
    Address("nb/konto/2fa/recovery-codes/generate/", TO_SECOND),
    Address("nb/konto/2fa/recovery-codes/download/", signed_in(MISSING)),
]

DOCUMENTS = [
    # What trainers upload is to be read and printed by all, unless its collection is for those who are signed in.
    Address(
        r"dokumenter/^(\d+)/(.*)$",
        EVERYBODY,
        lambda w: {"address": f"/dokumenter/{w.document.pk}/{w.document.filename}"},
    ),
    Address(
        r"dokumenter/^(\d+)/(.*)$",
        signed_in(),
        lambda w: {"address": f"/dokumenter/{w.inside.pk}/{w.inside.filename}"},
    ),
    Address(
        "dokumenter/authenticate_with_password/<int:restriction_id>/",
        signed_in(MISSING, MISSING),
        lambda w: {"restriction_id": 0},
    ),
]

ADDRESSES = [*OURS, *SIGN_IN_PACKAGE, *DOCUMENTS]
