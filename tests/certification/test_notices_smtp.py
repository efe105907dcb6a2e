"""Reminders through a real SMTP server: that mails arrive, once, whatever breaks between here and there."""

import datetime as dt
import socket
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from django.db import connection
from django.utils import timezone
from worlds import World, make_world

from certification.models import Notice
from certification.services import notices
from certification.services import settle_person as settle
from certification.services.reminders import send_reminders

DAY = dt.timedelta(days=1)
START = dt.date(2026, 6, 1)
LATE = START + 61 * DAY


def at(day: dt.date = LATE, hour: int = 8, minute: int = 0) -> dt.datetime:
    return timezone.make_aware(dt.datetime.combine(day, dt.time(hour, minute)))


class Killed(BaseException):
    """As when the process is killed: nothing that handles errors gets to see it."""


class Inbox:
    """What the server does with each mail; tests set `answer` and `at_data`."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.sessions: set[int] = set()
        self.answer: Callable[[str], str] = lambda address: "250 OK"
        self.at_data: Callable[[Any], str] = lambda server: "250 OK"

    async def handle_RCPT(  # noqa: N802  the name aiosmtpd calls  aiosmtpd's own name
        self, server: Any, session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        answer = self.answer(address)
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802  the name aiosmtpd calls
        message = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(message, EmailMessage)
        self.mails.append(message)
        self.sessions.add(id(session))
        return self.at_data(server)

    def ids(self) -> list[str]:
        return [str(message["Message-ID"]) for message in self.mails]

    def to(self) -> list[str]:
        return [str(message["To"]) for message in self.mails]


class Server:
    """An SMTP server on a port of its own that can be taken down and brought back."""

    def __init__(self) -> None:
        self.inbox = Inbox()
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = int(free.getsockname()[1])
        self._controller: Controller | None = None

    def start(self) -> None:
        self._controller = Controller(self.inbox, hostname="127.0.0.1", port=self.port)
        self._controller.start()

    def stop(self) -> None:
        if self._controller:
            self._controller.stop()
            self._controller = None


@pytest.fixture
def server(settings) -> Iterator[Server]:
    found = Server()
    found.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", found.port
    yield found
    found.stop()


def late_teachers(world: World, count: int) -> list[str]:
    """So many who are past their deadline, by address, in the order in which they are written to."""
    people = [world.teacher(since=START) for _ in range(count)]
    for person in people:
        settle(person.pk, START)
    return [person.email for person in people]


def test_mails_arrive_in_their_own_language_through_one_connection(world: World, server: Server) -> None:
    addresses = late_teachers(world, 4)
    done = send_reminders(now=at())
    assert done.sent == 4
    assert server.inbox.to() == addresses
    assert len(server.inbox.sessions) == 1
    for message in server.inbox.mails:
        assert message["Auto-Submitted"] == "auto-generated"
        assert message.get_content_type() == "multipart/alternative"
        assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"]
    rows = Notice.objects.order_by("person_id")
    assert [row.message_id for row in rows] == server.inbox.ids()
    assert {row.confirmed_at for row in rows} == {at()}


def test_a_server_that_is_down_costs_nothing_and_all_is_sent_when_it_is_back(world: World, server: Server) -> None:
    addresses = late_teachers(world, 3)
    server.stop()
    for hour in range(7, 16):
        assert send_reminders(now=at(hour=hour)).down
    assert not Notice.objects.exists()
    server.start()
    assert send_reminders(now=at(LATE + DAY)).sent == 3
    assert server.inbox.to() == addresses


def test_a_server_that_goes_down_in_the_middle_loses_nothing_and_keeps_the_message_id(
    world: World, server: Server
) -> None:
    addresses = late_teachers(world, 4)

    def gone_after_two(address: str) -> str:
        return "421 4.3.2 Shutting down" if len(server.inbox.mails) >= 2 else "250 OK"

    server.inbox.answer = gone_after_two
    first = send_reminders(now=at())
    assert (first.sent, server.inbox.to()) == (2, addresses[:2])
    claimed = dict(Notice.objects.filter(confirmed_at=None).values_list("person__email", "message_id"))
    assert set(claimed) == set(addresses[2:])
    server.stop()
    for number in range(1, 9):
        assert send_reminders(now=at(LATE + number * DAY)).down
    server.inbox.answer = lambda address: "250 OK"
    server.start()
    assert send_reminders(now=at(LATE + 9 * DAY)).sent == 2
    assert Counter(server.inbox.to()) == Counter(addresses)
    assert dict(zip(server.inbox.to()[2:], server.inbox.ids()[2:], strict=True)) == claimed
    assert not Notice.objects.filter(confirmed_at=None).exists()


def test_a_server_that_says_not_now_is_asked_again_for_as_long_as_it_takes(world: World, server: Server) -> None:
    [address] = late_teachers(world, 1)
    server.inbox.answer = lambda address: "451 4.7.1 Try again later"
    for number in range(5):
        assert send_reminders(now=at(LATE + number * DAY)).sent == 0
    server.inbox.answer = lambda address: "250 OK"
    assert send_reminders(now=at(LATE + 5 * DAY)).sent == 1
    assert server.inbox.to() == [address]
    assert not Notice.objects.get().failed


def dies(server: Any) -> str:
    """The mail is taken; then the server is gone before it can say so."""
    server.transport.abort()
    return "250 OK"


def test_a_server_that_dies_before_answering_gives_at_most_one_double_with_the_same_message_id(
    world: World, server: Server
) -> None:
    [address] = late_teachers(world, 1)
    server.inbox.at_data = dies
    assert send_reminders(now=at()).uncertain == 1
    assert Notice.objects.get().confirmed_at is None
    server.inbox.at_data = lambda _server: "250 OK"
    assert send_reminders(now=at(minute=3)).sent == 0  # the worker may still be waiting for the answer
    assert send_reminders(now=at(hour=9)).again == 1
    assert server.inbox.to() == [address, address]
    assert len(set(server.inbox.ids())) == 1
    assert (Notice.objects.get().tries, Notice.objects.get().confirmed_at) == (2, at(hour=9))
    assert send_reminders(now=at(hour=10)).sent == 0


def test_a_server_that_always_dies_is_asked_twice_and_then_given_up(world: World, server: Server) -> None:
    late_teachers(world, 1)
    server.inbox.at_data = dies
    for hour in range(7, 16):
        send_reminders(now=at(hour=hour))
    send_reminders(now=at(LATE + DAY))
    assert len(server.inbox.mails) == 2
    assert len(set(server.inbox.ids())) == 1
    assert Notice.objects.get().failed
    assert [row.pk for row in notices.unsent()] == [Notice.objects.get().pk]


def test_the_rest_of_a_batch_is_sent_through_a_new_connection(world: World, server: Server) -> None:
    addresses = late_teachers(world, 3)
    server.inbox.at_data = lambda found: dies(found) if len(server.inbox.mails) == 2 else "250 OK"
    done = send_reminders(now=at())
    assert (done.sent, done.uncertain, server.inbox.to()) == (2, 1, addresses)
    assert len(server.inbox.sessions) == 2


def test_a_bad_recipient_stops_nobody_else_and_is_listed(world: World, server: Server) -> None:
    bad, *others = late_teachers(world, 3)
    server.inbox.answer = lambda address: "550 5.1.1 No such user" if address == bad else "250 OK"
    done = send_reminders(now=at())
    assert (done.sent, done.refused, server.inbox.to()) == (2, 1, others)
    assert [row.person.email for row in notices.unsent()] == [bad]
    send_reminders(now=at(LATE + DAY))
    assert server.inbox.to() == others


def test_a_server_that_refuses_everything_is_left_alone_after_ten(world: World, server: Server) -> None:
    """As when we are not allowed to send through it: five thousand mails must not be given up for that."""
    late_teachers(world, 12)
    server.inbox.answer = lambda address: "554 5.7.1 Relay access denied"
    done = send_reminders(now=at())
    assert (done.down, done.refused) == (True, 10)
    assert Notice.objects.count() == 10


def test_killed_between_claim_and_send_it_is_sent_once_by_the_next_run(
    world: World, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    addresses = late_teachers(world, 3)

    def kill(*args: object, **words: object) -> None:
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr("certification.mailing.Post.send", kill)
        with pytest.raises(Killed):
            send_reminders(now=at())
    [claimed] = Notice.objects.all()
    assert server.inbox.mails == []
    assert send_reminders(now=at(hour=9)).sent == 3
    assert Counter(server.inbox.to()) == Counter(addresses)
    assert server.inbox.ids()[0] == claimed.message_id
    assert not Notice.objects.filter(confirmed_at=None).exists()


def test_killed_between_send_and_confirmation_at_most_one_mail_is_doubled(
    world: World, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    addresses = late_teachers(world, 3)
    real = notices.Post.send

    def send_then_die(self: notices.Post, *args: Any, **words: Any) -> None:
        real(self, *args, **words)
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr("certification.mailing.Post.send", send_then_die)
        with pytest.raises(Killed):
            send_reminders(now=at())
    for hour in (9, 10, 11):
        send_reminders(now=at(hour=hour))
    assert Counter(server.inbox.to()) == Counter({addresses[0]: 2, addresses[1]: 1, addresses[2]: 1})
    assert len(set(server.inbox.ids())) == 3


def test_killed_while_claiming_leaves_no_half_mail(
    world: World, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    late_teachers(world, 1)

    def kill(*args: object, **words: object) -> None:
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr("django.db.models.query.QuerySet.bulk_create", kill)
        with pytest.raises(Killed):
            send_reminders(now=at())
    assert not Notice.objects.exists()
    assert send_reminders(now=at(hour=9)).sent == 1


def test_what_was_cut_off_is_not_sent_again_when_it_is_no_longer_true(
    world: World, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = world.teacher(since=START)
    settle(person.pk, START)
    server.inbox.at_data = dies
    send_reminders(now=at())
    server.inbox.at_data = lambda _server: "250 OK"
    world.read_course(person, LATE)
    world.take_test(person, LATE)
    settle(person.pk, LATE)
    assert send_reminders(now=at(hour=9)).dropped == 1
    assert len(server.inbox.mails) == 1
    assert Notice.objects.get().failed


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_send_each_mail_once(server: Server) -> None:
    world = make_world()
    addresses = late_teachers(world, 12)
    gate = threading.Barrier(2)
    done: list[notices.Sent] = []

    def work() -> None:
        try:
            gate.wait(timeout=20)
            done.append(send_reminders(now=at()))
        finally:
            connection.close()

    for turn in range(1, 3):  # the second time there is nothing left for either
        workers = [threading.Thread(target=work) for _ in range(2)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join(timeout=60)
        assert len(done) == 2 * turn
    assert Counter(server.inbox.to()) == Counter(addresses)
    assert sum(row.sent for row in done) == 12
    assert Notice.objects.filter(confirmed_at=at()).count() == 12


@pytest.mark.django_db(transaction=True)
def test_two_workers_that_find_the_same_cut_off_mail_send_it_once(server: Server) -> None:
    world = make_world()
    late_teachers(world, 1)
    server.inbox.at_data = dies
    send_reminders(now=at())
    server.inbox.at_data = lambda _server: "250 OK"
    [rows] = notices.cut_off_mails(at(hour=9))
    gate = threading.Barrier(2)
    won: list[bool] = []

    def work() -> None:
        try:
            gate.wait(timeout=20)
            won.append(notices.claim_again(rows, day=LATE, at=at(hour=9)))
        finally:
            connection.close()

    workers = [threading.Thread(target=work) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(timeout=60)
    assert sorted(won) == [False, True]
    assert Notice.objects.get().tries == 2
