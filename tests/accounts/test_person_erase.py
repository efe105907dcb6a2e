"""Erasing a person: nothing of hers is left to read, and what others stand on still adds up."""

import datetime as dt

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.db import connection
from django.urls import reverse
from django.utils import timezone
from factories import make_membership, make_person
from wagtail.models import ModelLogEntry, Page
from worlds import World, make_world

from accounts.models import User
from accounts.services import Ground, erase_person, person_fields, preview_erasure
from accounts.services.links import rows_with
from agencies.access import Purpose, scope_of
from agencies.models import Grant, Membership
from agencies.services import add_person
from assessments.models import Answer, Attempt
from certification.models import Certificate, Cycle, Decision, LedgerChain, Requirement, Standing
from certification.services import settle_due, settle_person
from certification.services.health import find_contradictions
from certification.services.replaying import replay
from evidence.models import Evidence
from reports.models import Counted
from reports.services import difference
from tests.accounts.whole import CHOSEN, REASON, whole_person

pytestmark = pytest.mark.django_db
# What stays, of somebody without a name: what was required and held, and what others read.
KEPT = {
    "agencies.Grant.given_by", "agencies.Grant.person", "agencies.Membership.person",
    "assessments.ItemVersion.made_by", "certification.Cycle.person", "certification.Decision.decided_by",
    "certification.Decision.person", "certification.LedgerChain.person", "certification.Policy.made_by",
    "certification.Requirement.person", "certification.RequirementRule.made_by", "certification.SettleMark.person",
    "certification.Standing.person", "courses.Edition.published_by", "courses.LocalRoutine.written_by",
    "evidence.Evidence.person",
    "media.DocumentFile.uploaded_by_user", "media.H5PContent.created_by", "media.H5PLibrary.brought_by",
    "media.H5PLibrary.judged_by", "media.H5PVersion.uploaded_by", "media.Picture.uploaded_by_user",
    "media.Video.uploaded_by", "wagtailcore.Comment.resolved_by", "wagtailcore.Comment.user",
    "wagtailcore.CommentReply.user",
    "wagtailcore.ModelLogEntry.user", "wagtailcore.Page.owner", "wagtailcore.PageLogEntry.user",
    "wagtailcore.Revision.user", "wagtailcore.TaskState.finished_by", "wagtailcore.UploadedFile.uploaded_by_user",
    "wagtailcore.WorkflowState.requested_by", "wagtaildocs.Document.uploaded_by_user",
    "wagtailimages.Image.uploaded_by_user",
}  # fmt: skip


@pytest.fixture
def world() -> World:
    return make_world()


@pytest.fixture
def ingrid(world: World) -> User:
    # A name that the factories give to nobody else.
    return whole_person(world, first_name="Ylva", last_name="Kvernmo", email="ingrid@example.no")


def erase(person: User) -> list[str]:
    told = erase_person(person=person, ground=Ground.ASKED, by=make_person("Arne", "Vik"))
    person.refresh_from_db()
    return told


def everything_stored() -> str:
    """Every text in the whole database."""
    with connection.cursor() as cursor:
        names = [name for name in connection.introspection.table_names(cursor) if not name.startswith("sqlite_")]
        found = []
        for name in names:
            cursor.execute(f'SELECT * FROM "{name}"')
            found += [f"{name}: {row}" for row in cursor.fetchall()]
    return "\n".join(found)


def test_nothing_in_the_database_names_her_or_quotes_her_any_more(ingrid):
    before = everything_stored()
    secrets = ("Ylva", "Kvernmo", "kvernmo", "ingrid@example.no", REASON, "JBSWY3DPEHPK3PXP")
    assert all(secret in before for secret in secrets), "else nothing is proved"
    password = ingrid.password
    erase(ingrid)
    after = everything_stored()
    assert [secret for secret in (*secrets, password) if secret in after] == []
    assert not Answer.objects.exists()
    assert CHOSEN in after, "what a question says is not about her"


def test_what_is_kept_is_what_this_list_says(ingrid):
    erase(ingrid)
    assert {name for name, field in person_fields().items() if rows_with(field, ingrid).exists()} == KEPT


def test_she_cannot_sign_in_and_sees_nothing(ingrid, client, world):
    client.force_login(ingrid)
    erase(ingrid)
    assert client.get("/nb/min-konto/").status_code == 302
    assert not ingrid.has_usable_password()
    assert not EmailAddress.objects.exists()
    assert not Authenticator.objects.exists()
    assert not scope_of(ingrid, Purpose.STANDINGS)
    assert (str(ingrid), ingrid.is_erased, ingrid.is_active) == ("Slettet person", True, False)


def test_jobs_and_functions_end_and_pages_are_unlocked(ingrid):
    erase(ingrid)
    today = timezone.localdate()
    assert not Membership.objects.on(today).filter(person=ingrid).exists()
    assert not Grant.objects.on(today).filter(person=ingrid).exists()
    assert not Page.objects.filter(locked=True).exists()


@pytest.mark.parametrize("days", [0, 30])
def test_a_job_that_begins_today_or_later_never_was(world, days):
    person = make_person()
    make_membership(person, world.school, valid_from=timezone.localdate() + dt.timedelta(days=days))
    erase(person)
    assert not Membership.objects.current().filter(person=person).exists()


def test_the_ledger_is_whole_and_agrees_with_what_is_stored(ingrid):
    chain = LedgerChain.objects.get(person=ingrid)
    erase(ingrid)
    found = replay()
    assert found.differences == []
    assert found.events >= chain.length > 0
    assert LedgerChain.objects.get(ref=chain.ref).length > chain.length, "what ended was told"


def test_a_later_sweep_finds_nothing_to_do_and_nothing_wrong(ingrid):
    erase(ingrid)
    settle_due()
    assert replay().differences == []
    assert list(find_contradictions()) == []
    assert not Requirement.objects.on(timezone.localdate()).filter(person=ingrid).exists()


def test_she_is_counted_nowhere_and_the_counts_add_up(ingrid):
    assert Counted.objects.filter(person=ingrid).exists()
    erase(ingrid)
    assert not Counted.objects.filter(person=ingrid).exists()
    assert difference() == []


def test_that_somebody_was_certified_stays(ingrid):
    dates = Cycle.objects.filter(person=ingrid).values_list("valid_from", "expires_on").get()
    erase(ingrid)
    assert Cycle.objects.filter(person=ingrid).values_list("valid_from", "expires_on").get() == dates
    shown = Evidence.objects.of(ingrid.pk)
    assert {(row.result, row.score) for row in shown} == {("completed", None), ("passed", None)}
    assert not Attempt.objects.exists()


def test_a_pass_that_is_under_way_is_closed_and_not_opened_again(world):
    person = world.teacher()
    settle_person(person.pk)
    assert Cycle.objects.get(person=person).state == Cycle.State.OPEN
    erase(person)
    settle_person(person.pk)
    assert [one.state for one in Cycle.objects.filter(person=person)] == [Cycle.State.CLOSED]
    assert not Standing.objects.filter(person=person, required=True).exists()
    assert replay().differences == []


def test_the_public_check_finds_no_certificate_and_tells_nothing(ingrid, client):
    code = Certificate.objects.get().code
    assert "Kvernmo" in client.get(reverse("check", args=[code])).content.decode()
    erase(ingrid)
    answer = client.get(reverse("check", args=[code]))
    assert answer.status_code == 404
    assert "Slettet person" not in answer.content.decode()


def test_reasons_about_her_go_and_those_she_gave_stay(ingrid):
    salt = Decision.objects.get(person=ingrid).salt
    erase(ingrid)
    about = Decision.objects.get(person=ingrid)
    assert (about.reason, about.salt == salt) == ("Slettet.", False)
    assert Decision.objects.get(decided_by=ingrid).reason == "Annen oppgave"


def test_who_erased_her_and_why_is_in_the_log_of_the_installation(ingrid):
    erase(ingrid)
    entry = ModelLogEntry.objects.get(action="accounts.erase")
    assert (entry.label, entry.data, str(entry.user)) == ("Slettet person", {"ground": "asked"}, "Arne Vik")


def test_the_preview_says_what_happens_and_changes_nothing(ingrid):
    before = everything_stored()
    told = preview_erasure(person=ingrid, by=None)
    assert everything_stored() == before
    assert told == erase(ingrid)


def test_nobody_is_erased_twice_or_by_herself(ingrid):
    with pytest.raises(ValidationError, match="Be en annen administrator"):
        erase_person(person=ingrid, ground=Ground.ASKED, by=ingrid)
    erase(ingrid)
    with pytest.raises(ValidationError, match="alt slettet"):
        erase_person(person=ingrid, ground=Ground.ASKED, by=None)


def test_who_runs_the_installation_is_not_erased_by_mistake():
    operator = make_person(is_superuser=True)
    with pytest.raises(ValidationError, match="drifter plattformen"):
        erase_person(person=operator, ground=Ground.ASKED, by=None)
    operator.refresh_from_db()
    assert operator.is_active


def test_her_address_is_free_for_somebody_new(ingrid, world):
    role = Membership.objects.filter(person=ingrid).first().role
    erase(ingrid)
    added = add_person(
        email="ingrid@example.no", first_name="Ingrid", last_name="Ny", unit=world.school, role=role,
        first_day=timezone.localdate(),
    )  # fmt: skip
    assert added.is_new
    assert added.person.pk != ingrid.pk


def test_the_command_shows_first_and_erases_when_told_to(ingrid, capsys):
    call_command("person_erase", "ingrid@example.no", "--ground", "asked")
    assert "Ingenting er gjort" in capsys.readouterr().out
    ingrid.refresh_from_db()
    assert not ingrid.is_erased
    call_command("person_erase", "ingrid@example.no", "--ground", "asked", "--yes")
    ingrid.refresh_from_db()
    assert ingrid.is_erased
    with pytest.raises(CommandError, match="Ingen er lagt inn"):
        call_command("person_erase", "ingrid@example.no", "--ground", "asked", "--yes")
