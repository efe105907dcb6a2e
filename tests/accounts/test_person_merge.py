"""Two accounts of one person become one: everything goes along, and nothing is left behind."""

import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.utils import timezone
from factories import LONG_AGO, make_grant, make_membership, make_person, make_role
from wagtail.models import ModelLogEntry
from worlds import World, make_world

from accounts.models import User
from accounts.services import merge_person, person_fields, preview_merge
from accounts.services.links import rows_with
from accounts.services.merging import NotEmptyError
from accounts.signals import person_merge
from agencies.models import Grant, Membership, MembershipPause
from agencies.services import add_membership, end_membership, pause_membership
from assessments.models import Attempt, AttemptAllowance
from assessments.services import allow_attempts
from courses.models import Edition, ModuleProgress, PartDone
from tests.accounts.whole import DAY, whole_person

pytestmark = pytest.mark.django_db
# How she signed in to the account that goes, and what only served her work there.
LEFT_BEHIND = {
    "account.EmailAddress.user", "accounts.User_groups.user", "accounts.User_user_permissions.user",
    "mfa.Authenticator.user", "wagtailadmin.EditingSession.user", "wagtailadmin.FormState.user",
    "wagtailcore.APIToken.user", "wagtailcore.Page.locked_by", "wagtailusers.UserProfile.user",
}  # fmt: skip


@pytest.fixture
def world() -> World:
    return make_world()


def merge(source: User, target: User) -> list[str]:
    return merge_person(source=source, target=target, by=make_person("Arne", "Vik"))


def test_everything_becomes_that_of_the_account_that_stays(world):
    source, target = whole_person(world), make_person("Ingrid", "Solheim")
    merge(source, target)
    assert not User.objects.filter(pk=source.pk).exists()
    missing = {name for name, field in person_fields().items() if not rows_with(field, target).exists()}
    assert missing == LEFT_BEHIND


def test_two_whole_people_become_one_with_all_of_it(world):
    """Every table has a row of each, so whatever holds only one of a person is met."""
    source, target = whole_person(world), whole_person(world)
    kept = ["assessments.Attempt.person", "evidence.Evidence.person", "certification.Decision.person"]
    fields = {name: person_fields()[name] for name in kept}
    before = {name: {*_keys(field, source), *_keys(field, target)} for name, field in fields.items()}
    with pytest.raises(ValidationError, match="samme tid"):
        merge(source, target)
    assert {name: {*_keys(field, source), *_keys(field, target)} for name, field in fields.items()} == before


def _keys(field, person):
    return rows_with(field, person).values_list("pk", flat=True)


def test_name_and_address_are_those_of_the_account_that_stays():
    source = make_person("Ingrid", "Lie", email="ingrid.lie@example.no")
    target = make_person("Ingrid", "Solheim", email="ingrid@example.no")
    told = merge(source, target)
    target.refresh_from_db()
    assert (str(target), target.email, target.is_active) == ("Ingrid Solheim", "ingrid@example.no", True)
    assert any("ingrid.lie@example.no" in line for line in told)


def test_what_was_done_to_either_account_is_in_the_log_of_the_one(world):
    source, target = whole_person(world), make_person()
    public_id = str(source.public_id)
    merge(source, target)
    entries = ModelLogEntry.objects.filter(object_id=str(target.pk), content_type__model="user")
    assert {entry.action: entry.data for entry in entries} == {
        "accounts.merge": {"merged": public_id},
        "wagtail.edit": {},
    }


def test_an_app_that_forgets_is_found_before_anything_is_changed(world):
    source, target = make_person(), make_person()
    make_membership(source, world.school)
    forgotten = [one for one in person_merge.receivers if "agencies" in one[1]().__module__]
    rest = [one for one in person_merge.receivers if one not in forgotten]
    every, person_merge.receivers = person_merge.receivers, rest
    person_merge.sender_receivers_cache.clear()
    try:
        with pytest.raises(NotEmptyError, match=r"agencies\.Membership\.person"):
            merge(source, target)
    finally:
        person_merge.receivers = every
        person_merge.sender_receivers_cache.clear()
    assert Membership.objects.get().person == source


@pytest.mark.parametrize(
    ("which", "words"),
    [
        ("self", "Velg to forskjellige"),
        ("own", "din egen konto"),
        ("operator", "drifter plattformen"),
        ("shut", "stengt"),
    ],
)
def test_who_cannot_be_merged(which, words):
    source, target, by = make_person(), make_person(), make_person()
    if which == "self":
        source = target
    if which == "own":
        by = source
    if which == "operator":
        User.objects.filter(pk=source.pk).update(is_superuser=True)
    if which == "shut":
        User.objects.filter(pk=target.pk).update(is_active=False)
    with pytest.raises(ValidationError, match=words):
        merge_person(source=source, target=target, by=by)
    assert User.objects.filter(pk__in=[source.pk, target.pk]).count() == len({source.pk, target.pk})


def test_the_preview_says_what_happens_and_changes_nothing(world):
    source, target = whole_person(world), make_person()
    before = {name: list(rows_with(field, source).values()) for name, field in person_fields().items()}
    told = preview_merge(source=source, target=target, by=None)
    assert {name: list(rows_with(field, source).values()) for name, field in person_fields().items()} == before
    assert told == merge(source, target)


# --- jobs, leave and functions --------------------------------------------------------------------


def test_the_same_job_on_both_is_one_job_over_the_days_of_both(world):
    source, target, today = make_person(), make_person(), timezone.localdate()
    role = make_role()
    old = add_membership(person=source, unit=world.school, role=role, first_day=LONG_AGO)
    add_membership(person=target, unit=world.school, role=role, first_day=today - 10 * DAY)
    other = add_membership(person=source, unit=world.agency, role=role, first_day=today)
    merge(source, target)
    held = Membership.objects.current().filter(person=target).order_by("valid_from")
    assert [(row.unit, row.valid_from, row.valid_to) for row in held] == [
        (world.school, LONG_AGO, None),
        (world.agency, other.valid_from, None),
    ]
    assert Membership.objects.filter(pk=old.pk, superseded_at__isnull=False, person=target).exists()


def test_the_same_job_at_different_times_stays_two(world):
    source, target, today = make_person(), make_person(), timezone.localdate()
    old = add_membership(person=source, unit=world.school, role=make_role(), first_day=LONG_AGO)
    end_membership(membership=old, last_day=today - 100 * DAY)
    add_membership(person=target, unit=world.school, role=make_role(), first_day=today - 10 * DAY)
    merge(source, target)
    assert Membership.objects.current().filter(person=target).count() == 2


def test_leave_that_only_the_other_account_knew_of_is_not_lost(world):
    source, target, today = make_person(), make_person(), timezone.localdate()
    job = add_membership(person=source, unit=world.school, role=make_role(), first_day=LONG_AGO)
    pause_membership(membership=job, first_day=today - 5 * DAY)
    add_membership(person=target, unit=world.school, role=make_role(), first_day=LONG_AGO)
    merge(source, target)
    kept = Membership.objects.current().get(person=target)
    pause = MembershipPause.objects.on(today).get()
    assert (pause.membership.thread, pause.valid_from) == (kept.thread, today - 5 * DAY)


def test_a_function_on_both_is_one_and_one_on_either_is_kept(world):
    source, target = make_person(), make_person()
    make_grant(source, world.school)
    make_grant(source, world.agency, Grant.Function.COORDINATOR)
    make_grant(target, world.school, valid_from=timezone.localdate())
    merge(source, target)
    held = Grant.objects.current().filter(person=target).order_by("function")
    assert [(row.function, row.unit, row.valid_from) for row in held] == [
        ("coordinator", world.agency, LONG_AGO),
        ("manager", world.school, LONG_AGO),
    ]


# --- reading and tests ----------------------------------------------------------------------------


def test_she_goes_on_reading_from_where_she_was_last(world):
    source, target, now = make_person(), make_person(), timezone.now()
    edition = Edition.objects.create(course_key=world.course_key, number=1)
    about = {"course_key": world.course_key, "module_key": world.quiz.key, "edition": edition}
    ModuleProgress.objects.create(person=source, last_part="b", last_opened_at=now, done_at=now - DAY, **about)
    ModuleProgress.objects.create(person=target, last_part="a", last_opened_at=now - DAY, **about)
    del about["edition"]
    for person, parts in ((source, "ab"), (target, "bc")):
        for part in parts:
            PartDone.objects.create(person=person, part_id=part, **about)
    merge(source, target)
    place = ModuleProgress.objects.get()
    assert (place.person, place.last_part, place.done_at) == (target, "b", now - DAY)
    assert sorted(PartDone.objects.filter(person=target).values_list("part_id", flat=True)) == ["a", "b", "c"]


def test_of_two_open_attempts_at_one_quiz_one_is_handed_in_and_one_goes_on(world):
    source, target = make_person(), make_person()
    open_attempts = [_attempt(world, person) for person in (source, target)]
    told = merge(source, target)
    states = dict(Attempt.objects.filter(person=target).values_list("pk", "state"))
    assert states == {open_attempts[0].pk: Attempt.State.FINISHED, open_attempts[1].pk: Attempt.State.OPEN}
    assert any("åpen på begge" in line for line in told)
    assert target.evidence.get().result == "failed"
    assert AttemptAllowance.objects.filter(person=target, superseded_at__isnull=True).count() == 1


def _attempt(world: World, person: User) -> Attempt:
    leave = allow_attempts(
        person=person, quiz=world.quiz, given_for="practice", pass_mark=80, attempts=None, cool_down_days=0,
        opens_on=timezone.localdate(), agency=None,
    )  # fmt: skip
    return Attempt.objects.create(person=person, quiz=world.quiz, allowance=leave, number=1, draw=[], pass_mark=80)


def test_the_command_shows_first_and_merges_when_told_to(capsys):
    source, target = make_person(email="fra@example.no"), make_person(email="til@example.no")
    call_command("person_merge", "fra@example.no", "til@example.no")
    assert "Ingenting er gjort" in capsys.readouterr().out
    assert User.objects.filter(pk=source.pk).exists()
    call_command("person_merge", "fra@example.no", "til@example.no", "--yes")
    assert list(User.objects.all()) == [target]
    with pytest.raises(CommandError, match="Velg to forskjellige"):
        call_command("person_merge", "til@example.no", "til@example.no", "--yes")
