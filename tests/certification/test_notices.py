"""Reminders and digests: to whom, about what, in which words, how often, and how many."""

import datetime as dt
import io
import logging
import re

import pytest
from django.core import mail
from django.core.management import CommandError, call_command
from django.utils import timezone
from factories import make_grant, make_membership, make_person, make_role, make_unit
from worlds import World

from agencies.models import MembershipPause
from certification.mailing import Nudges, digest
from certification.models import Certification, Decision, Notice, Policy, RequirementRule, Standing
from certification.services import settle_person
from certification.services.digests import nudges, send_digests
from certification.services.notices import claim, give_up
from certification.services.reminders import due_unsent, send_reminders
from common.dated import supersede

DAY = dt.timedelta(days=1)
START = dt.date(2026, 6, 1)
DUE = START + 60 * DAY
MONDAY = dt.date(2026, 8, 3)
# What would tell a reader over the shoulder what it is about: the theme, and the names of the world.
TELLING = re.compile(
    r"vold|ære|kontroll|tvang|ekteskap|violence|honou?r|marriage|Grunnkurs|Fjordvik|Lia ", re.IGNORECASE
)


def at(day: dt.date, hour: int = 8, minute: int = 0) -> dt.datetime:
    return timezone.make_aware(dt.datetime.combine(day, dt.time(hour, minute)))


def a_teacher(world: World, **fields):
    """One who must, since START."""
    person = world.teacher(since=START, **fields)
    settle_person(person.pk, START)
    return person


def a_second_certification(world: World) -> Certification:
    other = Certification.objects.create(key="videre", name_nb="Videre", statement_nb="kan mer")
    policy = Policy.objects.get(pk=world.policy.pk)
    policy.pk, policy.certification = None, other
    policy.save(force_insert=True)
    RequirementRule.objects.create(
        certification=other, agency=world.agency, unit=world.agency, label="2026-3", valid_from=START, due_days=60
    )
    return other


def test_a_teacher_is_told_of_every_stage_once_however_often_it_runs(world: World) -> None:
    person = a_teacher(world)
    seen = []
    for number in range(70):
        for hour in (7, 8, 15):
            if send_reminders(now=at(START + number * DAY, hour)).sent:
                seen.append(START + number * DAY)
    assert seen == [START + DAY, DUE - 14 * DAY, DUE + DAY]
    stages = Notice.objects.filter(person=person).order_by("claimed_at").values_list("stage", flat=True)
    assert list(stages) == ["opened", "due_soon", "overdue"]
    assert not Notice.objects.filter(confirmed_at=None).exists()
    assert len({message.extra_headers["Message-ID"] for message in mail.outbox}) == 3


def test_what_was_missed_is_sent_late_and_only_the_newest_of_it(world: World) -> None:
    a_teacher(world)
    assert send_reminders(now=at(DUE + 40 * DAY)).sent == 1
    assert Notice.objects.get().stage == "overdue"
    assert send_reminders(now=at(DUE + 41 * DAY)).sent == 0


def test_who_renews_hears_nothing_more_and_who_does_not_hears_each_stage_of_the_same_cycle(world: World) -> None:
    renewed, left = a_teacher(world), a_teacher(world)
    for person in (renewed, left):
        world.read_course(person, START)
        world.take_test(person, START)
        settle_person(person.pk, START)
    opens = Standing.objects.get(person=left).window_opens_on
    assert opens is not None
    for number in range(3):
        send_reminders(now=at(opens + number * DAY))
    world.take_test(renewed, opens + 3 * DAY)
    for number in range(3, 200):
        send_reminders(now=at(opens + number * DAY))
    stages = {
        person: list(Notice.objects.filter(person=person).order_by("claimed_at").values_list("stage", flat=True))
        for person in (renewed, left)
    }
    assert stages == {renewed: ["renew"], left: ["renew", "expires_soon", "grace", "expired"]}
    assert Notice.objects.filter(person=left).values("cycle").distinct().count() == 1


def test_several_certifications_are_one_mail_and_one_mail_a_day_is_all(world: World) -> None:
    a_second_certification(world)
    person = a_teacher(world)
    assert send_reminders(now=at(DUE + DAY)).sent == 1
    assert Notice.objects.filter(person=person, stage="overdue").count() == 2
    Notice.objects.first().delete()
    assert send_reminders(now=at(DUE + DAY, 9)).sent == 0
    assert send_reminders(now=at(DUE + 2 * DAY)).sent == 1


def test_what_is_settled_between_two_nights_is_settled_before_it_is_told(world: World) -> None:
    """The rows still say that she must; she left yesterday, and nobody has settled her."""
    person = a_teacher(world)
    supersede(person.memberships.get(), valid_to=DUE)
    Standing.objects.filter(person=person).update(next_change_on=DUE + DAY)
    assert Standing.objects.get(person=person).required
    assert send_reminders(now=at(DUE + DAY)).sent == 0
    assert not Standing.objects.get(person=person).required


def test_whoever_is_excused_away_inactive_or_without_an_address_gets_no_mail(world: World) -> None:
    waived, on_leave, gone, no_address, asked = [a_teacher(world) for _ in range(5)]
    Decision.objects.create(
        person=waived,
        certification=world.certification,
        kind="waiver",
        valid_from=START,
        reason="Etter vurdering.",
        decided_by=asked,
    )
    MembershipPause.objects.create(membership=on_leave.memberships.get(), valid_from=START, valid_to=DUE + 99 * DAY)
    for person in (waived, on_leave):
        settle_person(person.pk, START)
    gone.is_active = False
    gone.save()
    no_address.email = f"{no_address.public_id}@erased.invalid"
    no_address.save()
    assert send_reminders(now=at(DUE + DAY)).sent == 1
    assert mail.outbox[0].to == [asked.email]


def test_what_is_taken_voluntarily_is_silent(world: World) -> None:
    person = a_teacher(world)
    supersede(person.memberships.get(), valid_to=START + 9 * DAY)
    settle_person(person.pk, START + 10 * DAY)
    for number in range(10, 100):
        assert send_reminders(now=at(START + number * DAY)).sent == 0


@pytest.mark.parametrize("language", ["nb", "nn", "en"])
def test_a_mail_is_in_her_own_language_leads_to_signing_in_and_names_nothing(
    world: World, settings, language: str
) -> None:
    settings.BASE_URL = "https://hk.example"
    world.certification.name_nb = "Grunnkurs i æresvold"
    world.certification.save()
    a_teacher(world, language=language, first_name="Åse")
    for day in (START + DAY, DUE, DUE + DAY):
        send_reminders(now=at(day))
    assert len(mail.outbox) == 3
    for message in mail.outbox:
        html = message.alternatives[0][0]
        for text in (message.subject, message.body, html):
            assert not TELLING.search(text)
        assert f"https://hk.example/{language}/" in message.body
        assert f'href="https://hk.example/{language}/"' in html
        assert f'<html lang="{language}">' in html
        assert message.extra_headers["Auto-Submitted"] == "auto-generated"
        assert re.fullmatch(r"<[0-9a-f]{32}\.0@hk\.example>", message.extra_headers["Message-ID"])
        assert Notice.objects.filter(message_id=message.extra_headers["Message-ID"]).exists()


def test_two_workers_with_the_same_list_claim_each_mail_once(world: World) -> None:
    a_second_certification(world)
    a_teacher(world)
    first, second = (next(due_unsent(DUE + DAY)).mail() for _ in range(2))
    assert len(claim(first, day=DUE + DAY, at=at(DUE + DAY))) == 2
    assert claim(second, day=DUE + DAY, at=at(DUE + DAY)) == []
    assert Notice.objects.count() == 2


def test_a_mail_of_which_another_worker_has_one_stage_is_claimed_whole_or_not_at_all(world: World) -> None:
    a_second_certification(world)
    a_teacher(world)
    whole = next(due_unsent(DUE + DAY)).mail()
    part = type(whole)(whole.person_id, whole.to, whole.letter, whole.keys[1:])
    assert claim(part, day=DUE, at=at(DUE))
    assert claim(whole, day=DUE + DAY, at=at(DUE + DAY)) == []
    assert Notice.objects.count() == 1


def test_the_daily_cap_stops_says_so_once_and_the_oldest_go_first(
    world: World, settings, caplog: pytest.LogCaptureFixture
) -> None:
    settings.REMINDERS_DAILY_CAP, settings.ADMINS = 2, [("Drift", "drift@hk.example")]
    late = [world.teacher(since=START + number * DAY) for number in range(5)]
    for person in reversed(late):
        settle_person(person.pk, START + 10 * DAY)
    day = START + 80 * DAY
    with caplog.at_level(logging.ERROR, "certification.notices"):
        for hour in (7, 8, 9):
            send_reminders(now=at(day, hour))
    assert [record.name for record in caplog.records] == ["certification.notices"]
    written = [message.to[0] for message in mail.outbox]
    assert written == [late[0].email, late[1].email, "drift@hk.example"]
    send_reminders(now=at(day + DAY))
    send_reminders(now=at(day + 2 * DAY))
    written = [message.to[0] for message in mail.outbox if message.to != ["drift@hk.example"]]
    assert written == [person.email for person in late]


def test_exactly_as_many_as_the_cap_is_no_alarm(world: World, settings, caplog: pytest.LogCaptureFixture) -> None:
    settings.REMINDERS_DAILY_CAP = 2
    for _ in range(2):
        a_teacher(world)
    done = send_reminders(now=at(DUE + DAY))
    assert (done.sent, done.capped, caplog.records) == (2, False, [])


def test_one_failing_person_stops_nobody_else(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    from certification.services import reminders

    broken, fine = a_teacher(world), a_teacher(world)
    Standing.objects.update(next_change_on=DUE + DAY)
    real = reminders.settle_person

    def settle(person_id: int, today: dt.date | None = None) -> None:
        if person_id == broken.pk:
            raise RuntimeError("broken")
        real(person_id, today)

    monkeypatch.setattr(reminders, "settle_person", settle)
    assert send_reminders(now=at(DUE + DAY)).sent == 1
    assert mail.outbox[0].to == [fine.email]


def test_candidates_are_found_with_as_many_queries_for_one_as_for_fifty(
    world: World, django_assert_num_queries
) -> None:
    a_teacher(world)
    with django_assert_num_queries(2):
        assert len(list(due_unsent(DUE + DAY))) == 1
    for _ in range(49):
        a_teacher(world)
    with django_assert_num_queries(2):
        assert len(list(due_unsent(DUE + DAY))) == 50


# --- the manager's weekly digest ----------------------------------------------------------------------------------


def test_a_manager_gets_counts_and_links_once_a_week_and_no_names(world: World, settings) -> None:
    settings.BASE_URL = "https://hk.example"
    manager = make_person("Marit", "Leder")
    make_grant(manager, world.school)
    for _ in range(3):
        a_teacher(world, first_name="Ingeborg", last_name="Hemmeligsen")
    for hour in (7, 8):
        send_digests(now=at(MONDAY, hour))
    send_digests(now=at(MONDAY + DAY))
    [message] = mail.outbox
    html = message.alternatives[0][0]
    assert message.to == [manager.email]
    assert "3" in message.body
    assert "https://hk.example/nb/personer/?status=overdue" in message.body
    assert "https://hk.example/nb/personer/?status=overdue" in html
    for text in (message.subject, message.body, html):
        assert not re.search("Ingeborg|Hemmeligsen", text)
        assert not TELLING.search(text)
    assert message.extra_headers["Auto-Submitted"] == "auto-generated"
    assert Notice.objects.get(stage="digest").week == "2026-W32"
    send_digests(now=at(MONDAY + 7 * DAY))
    assert len(mail.outbox) == 2


def test_a_week_without_anything_to_say_is_silent_and_stays_so(world: World) -> None:
    make_grant(make_person(), world.school)
    a_teacher(world)
    before = dt.date(2026, 7, 27)
    assert before + 4 * DAY == DUE
    for number in range(3):
        assert send_digests(now=at(before + number * DAY)).sent == 0
    # Her deadline ran out on Friday: that is next Monday's news, whenever that Monday's run comes.
    assert send_digests(now=at(DUE + DAY)).sent == 0
    assert send_digests(now=at(MONDAY + DAY)).sent == 1


def test_only_managers_of_these_units_get_a_digest(world: World) -> None:
    a_teacher(world)
    elsewhere = make_unit("En annen kommune")
    make_grant(make_person(), elsewhere)
    make_grant(make_person(), world.agency, "reporter")
    make_grant(make_person(), world.agency, "coordinator")
    make_grant(make_person(), world.agency, "administrator")
    make_grant(make_person(), world.agency, valid_to=MONDAY - DAY)
    make_grant(make_person(is_active=False), world.agency)
    make_grant(make_person(email="uten@adresse.invalid"), world.agency)
    manager = make_person()
    make_grant(manager, world.agency)
    assert send_digests(now=at(MONDAY)).sent == 1
    assert mail.outbox[0].to == [manager.email]


def test_the_digest_counts_each_why_and_leaves_out_waived_paused_and_voluntary(world: World) -> None:
    from agencies.access import Scope

    people = [a_teacher(world) for _ in range(8)]
    ends = {"expired": -90, "grace": -10, "soon": 30, "later": 31}
    for (_name, days), person in zip(ends.items(), people, strict=False):
        expires = MONDAY + days * DAY
        Standing.objects.filter(person=person).update(
            valid_from=expires - 300 * DAY,
            window_opens_on=expires - 60 * DAY,
            expires_on=expires,
            grace_until=expires + 60 * DAY,
        )
    Standing.objects.filter(person=people[4]).update(waived=True)
    Standing.objects.filter(person=people[5]).update(paused=True)
    Standing.objects.filter(person=people[6]).update(required=False)
    found = nudges(Scope((world.school.path,)), MONDAY)
    assert found == Nudges(overdue=1, expired=1, grace=1, soon=1)
    assert nudges(Scope(()), MONDAY) == Nudges()
    letter = digest(found, "nb")
    assert len(re.findall(r"/nb/personer/\?", letter.text)) == 4


def test_a_digest_that_was_cut_off_is_sent_again_in_its_week_and_given_up_after_it(world: World) -> None:
    manager = make_person()
    make_grant(manager, world.agency)
    a_teacher(world)
    cut_off = Notice.objects.create(
        person=manager, stage="digest", week="2026-W32", message_id=f"<{'a' * 32}.0@hk>", claimed_at=at(MONDAY)
    )
    assert send_digests(now=at(MONDAY, 8, 3)).sent == 0
    assert send_digests(now=at(MONDAY, 9)).again == 1
    assert mail.outbox[0].extra_headers["Message-ID"] == cut_off.message_id
    cut_off.refresh_from_db()
    assert (cut_off.tries, cut_off.confirmed_at) == (2, at(MONDAY, 9))
    Notice.objects.update(confirmed_at=None, tries=1)
    send_digests(now=at(MONDAY + 7 * DAY))
    cut_off.refresh_from_db()
    assert cut_off.failed
    assert Notice.objects.filter(week="2026-W33").count() == 1


# --- the command --------------------------------------------------------------------------------------------------


def said(*words: str) -> str:
    out = io.StringIO()
    call_command("reminders", *words, stdout=out)
    return out.getvalue()


def test_the_dry_run_tells_who_and_what_and_sends_and_writes_nothing(world: World) -> None:
    people = [a_teacher(world) for _ in range(3)]
    text = said("--dry-run", "--day", (DUE + DAY).isoformat(), "--limit", "2")
    assert "3 får e-post" in text
    assert re.search(r"3\s+over fristen", text)
    assert [person.email in text for person in people] == [True, True, False]
    for language in ("[nb]", "[nn]", "[en]"):
        assert language in text
    assert mail.outbox == []
    assert not Notice.objects.exists()


def test_the_dry_run_shows_tomorrow_and_the_plain_command_sends_today(world: World) -> None:
    today = timezone.localdate()
    person = world.teacher(since=today)
    settle_person(person.pk, today)
    assert person.email in said("--dry-run")
    assert "Sendt: 0." in said()
    late = world.teacher(since=today - 100 * DAY)
    settle_person(late.pk, today - DAY)
    assert "Sendt: 1." in said()
    assert mail.outbox[0].to == [late.email]


def test_what_was_given_up_and_what_is_unconfirmed_is_listed(world: World) -> None:
    confirmed, waiting, lost = [a_teacher(world) for _ in range(3)]
    for number, (person, tries, done) in enumerate([(confirmed, 1, START), (waiting, 1, None), (lost, 2, None)]):
        Notice.objects.create(
            person=person,
            cycle=Standing.objects.get(person=person).open_cycle,
            stage="opened",
            message_id=f"<{number:032x}.0@hk>",
            tries=tries,
            claimed_at=at(START),
            confirmed_at=done and at(done),
        )
    assert give_up(at(START + DAY)) == 1
    text = said("--failed")
    assert [person.email in text for person in (confirmed, waiting, lost)] == [False, True, True]
    assert len(re.findall("gitt opp$|gitt opp ", text)) == 1


@pytest.mark.parametrize("words", [["--day", "2026-11-23"], ["--dry-run", "--day", "i morgen"], ["--limit", "0"]])
def test_what_the_command_does_not_understand_changes_nothing(world: World, words: list[str]) -> None:
    with pytest.raises(CommandError):
        said(*words)
    assert mail.outbox == []


def test_the_list_behind_a_link_of_the_digest_shows_the_people_it_counts(world: World, as_person) -> None:
    from factories import with_second_factor

    manager = with_second_factor(make_person())
    make_grant(manager, world.agency)
    today = timezone.localdate()
    late = world.teacher(since=today - 100 * DAY, last_name="Sentveit")
    make_membership(late, world.agency, make_role("head", "Rektor"), valid_from=today - 100 * DAY)
    settle_person(late.pk, today)
    send_digests(now=at(today))
    url = re.search(r"http\S+status=overdue", mail.outbox[0].body)
    if url is None:
        pytest.fail("no link")
    response = as_person(manager).get(url[0].partition("8000")[2])
    assert "Sentveit" in response.content.decode()
