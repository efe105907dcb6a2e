"""Every address of the platform, opened by a person in every position.

An address that is not in `addresses.py` or `admin_addresses.py` fails here: whoever adds one says who may open it.
"""

import datetime as dt
import re
from collections.abc import Callable, Set

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from certification.services import settle_person
from tests.access.addresses import ADDRESSES, OURS
from tests.access.admin_addresses import (
    EVERYBODY,
    FAILS_ON_PURPOSE,
    MISSING_FOR_ALL,
    OPERATORS,
    TRAINERS,
    about_the_learner,
    admin_address,
    declared,
)
from tests.access.asking import (
    CLOSED,
    ELSEWHERE,
    MISSING,
    OPENS,
    REFUSED,
    SIGN_IN,
    Answer,
    Asker,
    every_route,
    told,
)
from tests.access.small_world import OTHER_AGENCY, PEOPLE, SECRETS, STANDINGS, SURNAMES, SmallWorld, fail, hold

Ask = Callable[[str, str], Answer]
OUTSIDE_ADMIN = tuple(name for name in PEOPLE if name not in ("trainer", "operator"))
WITH_A_FUNCTION = tuple(name for name in PEOPLE if name not in ("learner", "stranger", "nobody"))
ONCE = re.compile(r'name="csrfmiddlewaretoken" value="\w+"')  # another at every request
ADMIN = [route for route in every_route() if route.startswith("admin/")]


@pytest.fixture(scope="module")
def heard() -> dict[tuple[str, str], Answer]:
    return {}


@pytest.fixture
def ask(world: SmallWorld, heard: dict[tuple[str, str], Answer]) -> Ask:
    """What a person is answered at an address. The world does not change, so each is asked once a module."""
    askers: dict[str, Asker] = {}

    def answer(name: str, address: str) -> Answer:
        if (name, address) not in heard:
            askers.setdefault(name, Asker(world, name))
            heard[name, address] = askers[name].get(address)
        return heard[name, address]

    return answer


def named(text: str, *, except_for: Set[str] = frozenset()) -> list[str]:
    """Whose name or e-mail address stands in the text."""
    lower = text.lower()
    return [name for name, surname in SURNAMES.items() if name not in except_for and surname.lower() in lower]


# --- the tables are whole -------------------------------------------------------------------------


def test_every_address_says_who_may_open_it():
    known = {row.route for row in ADDRESSES}
    routes = every_route()
    missing = [route for route in routes if route not in known and not declared(route)]
    assert not missing, told(
        [
            "Nobody has said who may open these. Add each to tests/access/addresses.py, with who() saying whom it",
            "opens for and what the others meet (an address under admin/: to tests/access/admin_addresses.py):",
            *missing,
        ]
    )
    gone = sorted(known - set(routes))
    assert not gone, told(["These are addresses no more. Take them out of tests/access/addresses.py:", *gone])


# --- our own addresses, and those of the sign-in package ------------------------------------------


@pytest.mark.parametrize("name", PEOPLE)
def test_an_address_opens_for_whom_it_is_and_for_nobody_else(world, ask, name):
    wrong = []
    for row in ADDRESSES:
        address, expected = row.address(world), row.expects[name]
        answer = ask(name, address)
        if answer.outcome != expected:
            wrong.append(f"GET {address}: {name} {answer.outcome} {answer.location}, but {expected}")
        if expected in CLOSED and expected != ELSEWHERE and answer.writes:
            wrong.append(f"GET {address}: {name} {expected}, but something is written: {answer.writes}")
    assert not wrong, told(wrong)


@pytest.mark.parametrize("name", PEOPLE)
def test_what_is_sent_changes_something_only_for_whom_the_address_is(world, name):
    asker, wrong = Asker(world, name), []
    for row in ADDRESSES:
        address = row.address(world)
        may = name in row.senders
        if may and row.post is None:
            continue
        answer = asker.post(address, row.post(world) if row.post else {})
        if may and (answer.outcome not in (OPENS, ELSEWHERE) or (row.writes and not answer.writes)):
            wrong.append(f"POST {address}: {name} may, but {answer.outcome} and writes {answer.writes}")
        if not may and answer.writes:
            wrong.append(f"POST {address}: {name} may not, but writes {answer.writes}")
        if not may and answer.outcome.startswith("500"):
            wrong.append(f"POST {address}: {name}: {answer.outcome}")
    assert not wrong, told(wrong)


@pytest.mark.parametrize("name", PEOPLE)
def test_no_answer_names_anybody_outside_the_scope_of_who_asks(world, ask, name):
    wrong = []
    for row in ADDRESSES:
        address = row.address(world)
        answer = ask(name, address)
        may_name = {name, *row.names.get(name, ())}
        for other in named(answer.text + answer.location, except_for=may_name):
            wrong.append(f"GET {address}: {name} ({answer.outcome}) reads of {other}")
        if OTHER_AGENCY in answer.text:
            wrong.append(f"GET {address}: {name} ({answer.outcome}) reads of the unit {OTHER_AGENCY}")
    assert not wrong, told(wrong)


# What there is to be certified in, which says nothing of anybody.
CATALOGUES = {"nb/regler/"}


@pytest.mark.parametrize("name", [name for name in PEOPLE if name != "learner"])
def test_scores_attempts_and_what_is_voluntary_are_the_learners_own(world, ask, name):
    """Whatever page or file it is: not the score, not the hour, not the name of what nobody required."""
    wrong = []
    for row in ADDRESSES:
        if row.route in CATALOGUES:
            continue
        address = row.address(world)
        text = ask(name, address).text
        wrong += [f"GET {address}: {name} reads «{secret}»" for secret in SECRETS if secret in text]
    assert not wrong, told(wrong)


@pytest.mark.parametrize("name", [*STANDINGS, "reporter"])
def test_a_manager_reads_the_same_whatever_else_the_learner_failed_or_chose(world, name):
    learner, asker = world.people["learner"], Asker(world, name)
    addresses = [row.address(world) for row in OURS if "nb/rapport/" in row.route or "nb/personer/" in row.route]

    def read() -> list[str]:
        return [ONCE.sub("", asker.get(address).text) for address in addresses]

    before = read()
    fail(world, learner, timezone.now() - dt.timedelta(days=3))
    hold(learner, world.certificate.cycle, "eta", "Etafordypning")
    settle_person(learner.pk)
    assert read() == before


def test_the_names_and_secrets_that_are_looked_for_are_there_to_be_found(world, ask):
    learner = world.people["learner"]
    assert "Zetafordypning" in ask("learner", "/nb/sertifikater/").text
    assert "27391" in ask("learner", f"/nb/forsok/{world.failed.public_id}/resultat/").text
    for address in ("/nb/personer/", "/nb/personer/personer.csv", f"/nb/personer/{learner.public_id}/"):
        assert "learner" in named(ask("manager", address).text)
    assert set(named(ask("coordinator", "/nb/personer/personer.csv").text)) >= {"learner", "sibling_learner"}
    assert "left" in named(ask("administrator", "/nb/virksomhet/personer/?vis=sluttet").text)
    for address in ("/admin/users/", "/admin/reports/site-history/", f"/admin/users/edit/{learner.pk}/"):
        assert "learner" in named(ask("operator", address).text)


# --- the trainer's admin --------------------------------------------------------------------------


@pytest.mark.parametrize("name", OUTSIDE_ADMIN)
def test_the_admin_is_shut_for_all_but_trainers(world, name):
    asker, wrong = Asker(world, name), []
    for route in ADMIN:
        address, whose = admin_address(route, world), declared(route)
        answers = [asker.get(address)]
        if name in ("learner", "manager", "administrator", "nobody"):
            answers.append(asker.post(address, {}))
        for answer in answers:
            fits = {EVERYBODY: not answer.outcome.startswith("500"), MISSING_FOR_ALL: answer.outcome == MISSING}
            if not fits.get(whose or "", answer.outcome == SIGN_IN) or answer.writes:
                wrong.append(f"{address}: {name} {answer.outcome} {answer.location} {answer.writes}")
            if others := named(answer.text, except_for={name}):
                wrong.append(f"{address}: {name} reads of {others}")
    assert not wrong, told(wrong)


def test_a_trainer_opens_what_is_for_trainers_and_reads_of_no_learner(world):
    asker, wrong, opened = Asker(world, "trainer"), [], 0
    for route in ADMIN:
        address, whose = admin_address(route, world), declared(route)
        answer = asker.get(address)
        opened += answer.outcome == OPENS
        if whose == OPERATORS and answer.outcome not in CLOSED:
            wrong.append(f"{address} is {whose}, but the trainer {answer.outcome}")
        if whose == TRAINERS and answer.outcome in (SIGN_IN, REFUSED):
            wrong.append(f"{address} is {whose}, but she {answer.outcome}")
        if answer.outcome.startswith("500") and route != FAILS_ON_PURPOSE:
            wrong.append(f"{address}: {answer.outcome}")
        wrong += complaints_of(address, answer)
    assert not wrong, told(wrong)
    assert opened > 120


def complaints_of(address: str, answer: Answer) -> list[str]:
    """A trainer reads of other authors, and of those who run the installation; of no one else."""
    others = named(answer.text + answer.location, except_for={"trainer", "operator"})
    wrong = [f"{address}: the trainer reads of {name}" for name in others]
    return wrong + [f"{address}: the trainer reads «{secret}»" for secret in SECRETS if secret in answer.text]


def test_pointed_at_a_learner_no_address_of_the_admin_answers_a_trainer(world):
    """Bulk actions, usage, translation, settings, editing sessions … take any model and any key."""
    asker, wrong = Asker(world, "trainer"), []
    asked_for = SURNAMES["learner"]
    for route in ADMIN:
        if route == FAILS_ON_PURPOSE or declared(route) not in (TRAINERS, OPERATORS):
            continue
        address = about_the_learner(route, world)
        answers = {"GET": asker.get(address)}
        if "<" in route:
            answers["POST"] = asker.post(address, {})
        for method, answer in answers.items():
            # A page repeats what was searched for: what she wrote herself is no leak.
            answer.text = answer.text.replace(asked_for, "")
            answer.location = answer.location.replace(asked_for, "")
            wrong += [f"{method} {line}" for line in complaints_of(address.split("?")[0], answer)]
            if world.people["learner"].email in answer.text:
                wrong.append(f"{method} {address}: the trainer reads the learner's e-mail address")
            if any('"accounts_' in sql or '"agencies_' in sql for sql in answer.writes):
                wrong.append(f"{method} {address}: writes {answer.writes}")
    assert not wrong, told(wrong)


def test_no_permission_lets_a_trainer_read_of_people_in_the_admin(world):
    """Permissions are Django's and are given in the admin; who may see whom is a matter of functions."""
    trainer, learner = world.people["trainer"], world.people["learner"]
    trainer.user_permissions.set(Permission.objects.filter(content_type__app_label__in=["accounts", "auth"]))
    asker, wrong = Asker(world, "trainer"), []
    people = [admin_address(route, world) for route in ADMIN if declared(route) == OPERATORS]
    actions = [
        f"/admin/bulk/accounts/user/{action}/?id=all" for action in ("delete", "assign_role", "set_active_state")
    ]
    logs = ["/admin/reports/site-history/", "/admin/reports/site-history/results/", "/admin/"]
    for address in (*people, *actions, *logs, f"/admin/bulk/accounts/user/delete/?id={learner.pk}"):
        wrong += complaints_of(address, asker.get(address))
    assert not wrong, told(wrong)


# --- the second factor ----------------------------------------------------------------------------


@pytest.mark.parametrize("name", WITH_A_FUNCTION)
def test_without_a_second_factor_a_person_with_a_function_is_sent_to_set_it_up(world, name):
    Authenticator.objects.filter(user=world.people[name]).delete()
    set_up = reverse("mfa_activate_totp")
    addresses = [row.address(world) for row in ADDRESSES]
    if name in ("manager", "operator"):
        addresses += [admin_address(route, world) for route in ADMIN]
    let_through = (reverse("mfa_index"), "/health/")
    exactly = (reverse("account_logout"), reverse("account_reauthenticate"), reverse("set_language"))
    asker, wrong = Asker(world, name), []
    for address in addresses:
        if address.startswith(let_through) or address in exactly:
            continue
        answer = asker.get(address)
        if (answer.outcome, answer.location) != (ELSEWHERE, set_up) or answer.writes:
            wrong.append(f"GET {address}: {name} {answer.outcome} {answer.location} {answer.writes}")
    assert not wrong, told(wrong)


def test_where_she_is_let_through_without_it_nobody_is_named(world):
    Authenticator.objects.filter(user=world.people["manager"]).delete()
    asker = Asker(world, "manager")
    for name in ("mfa_index", "mfa_activate_totp", "account_logout", "account_reauthenticate"):
        assert named(asker.get(reverse(name)).text, except_for={"manager"}) == []


def test_no_address_lets_a_person_with_a_second_factor_in_by_her_password_alone(world):
    manager = world.people["manager"]
    manager.set_password("lang-og-trygg-1")
    manager.save()
    sent = dict.fromkeys(("login", "username", "email"), manager.email) | {"password": "lang-og-trygg-1"}
    doors = []
    for address in dict.fromkeys(
        [*(row.address(world) for row in ADDRESSES), *(admin_address(route, world) for route in ADMIN)]
    ):
        client = Client(raise_request_exception=False)
        response = client.post(address, sent)
        if response.streaming:
            b"".join(response.streaming_content)  # and so closes the file
        if "_auth_user_id" in client.session:
            doors.append(f"POST {address} signs her in: {client.get('/nb/personer/').status_code} at /nb/personer/")
    assert not doors, told(doors)
