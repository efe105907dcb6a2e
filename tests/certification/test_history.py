"""manage.py certification_import: earlier certifications as if earned here, all of the list or nothing."""

import datetime as dt
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from factories import make_membership, make_person, make_role, make_unit
from hypothesis import given
from hypothesis import strategies as st
from worlds import World

from certification.history import HistoryRow, overlaps, read_history
from certification.models import Certificate, Certification, Cycle, CycleEvidence, LedgerEvent, Standing
from certification.periods import last_day, parse_period
from certification.services import history as service
from certification.services import settle_person
from evidence.models import Evidence

DAY = dt.timedelta(days=1)
HEADER = "epost,sertifisering,gyldig_fra,gyldig_til,niva,kilde\n"
TODAY = dt.date(2026, 11, 22)


@pytest.fixture
def kari(world: World):
    return world.teacher(since=dt.date(2024, 1, 1), email="kari@example.no")


@pytest.fixture
def load(tmp_path, world: World, kari, monkeypatch):
    """Imports rows into the agency and gives what the command said. Who was sent to be settled is in `load.settled`."""
    settled: list[list[int]] = []
    monkeypatch.setattr("certification.tasks.settle_people.delay", settled.append)

    def run(*rows, header=HEADER, data=None, agency="Fjordvik kommune", **options):
        file = tmp_path / "liste.csv"
        file.write_bytes(data if data is not None else (header + "\n".join(rows)).encode())
        out = StringIO()
        try:
            call_command("certification_import", str(file), agency=agency, stdout=out, stderr=out, **options)
        except CommandError as error:
            out.write(str(error))
            raise CommandError(out.getvalue()) from error
        return out.getvalue()

    run.settled = settled
    return run


def counts() -> tuple[int, ...]:
    return tuple(model.objects.count() for model in (Evidence, Cycle, CycleEvidence, Certificate, LedgerEvent))


FIRST = "kari@example.no,grunnkurs,2024-01-01,2024-12-31,server_graded,Gammelt system"
SECOND = "Kari@Example.no,grunnkurs,01.03.2025,28.02.2026,rettet på tjeneren,"


def test_an_earlier_certification_becomes_what_it_would_have_been_here(load, world, kari) -> None:
    said = load(SECOND, FIRST)
    assert "2 perioder er lagret" in said
    first, second = Cycle.objects.filter(person=kari).order_by("number")
    assert (first.state, first.imported, first.agency, first.path) == ("satisfied", True, world.agency, world.path)
    assert (first.satisfied_on, first.valid_from, first.expires_on) == (
        dt.date(2024, 1, 1),
        dt.date(2024, 1, 1),
        dt.date(2024, 12, 31),
    )
    assert first.baseline_expires_on == first.expires_on
    assert (first.window_opens_on, first.grace_until) == (dt.date(2024, 11, 1), dt.date(2025, 3, 1))
    assert (first.validity, first.policy_ids, second.validity) == ("P12M", [world.policy.pk], "P12M")
    assert (first.number, second.number) == (1, 2)
    assert first.steps[0]["source"] == "Gammelt system"
    shown = first.evidence.get().evidence
    assert (shown.subject, shown.subject_key) == ("history", world.certification.public_id)
    assert (shown.assurance, shown.occurred_on, shown.agency) == (30, dt.date(2024, 1, 1), world.agency)
    assert first.certificate.issued_on == dt.date(2024, 1, 1)
    assert len(first.certificate.code) > 10
    assert load.settled == [[kari.pk]]


def test_the_same_row_and_the_same_file_twice_change_nothing(load) -> None:
    load(FIRST, FIRST)
    before = counts()
    assert before[:4] == (1, 1, 1, 1)
    assert "Ingenting å endre" in load(FIRST)
    assert "Nye perioder: 1" in load(FIRST, SECOND)
    assert counts()[:4] == (2, 2, 2, 2)


def test_a_dry_run_tells_and_changes_nothing(load) -> None:
    before = counts()
    said = load(FIRST, SECOND, dry_run=True)
    assert "Nye perioder: 2" in said
    assert "Prøvekjøring" in said
    assert (counts(), load.settled) == (before, [])


def test_what_is_imported_counts_in_where_she_stands_and_no_cycle_is_opened_for_what_is_over(load, kari) -> None:
    settle_person(kari.pk, TODAY)
    opened = Cycle.objects.get(person=kari)
    load(FIRST, "kari@example.no,grunnkurs,2026-02-01,2027-01-31,supervised,")
    settle_person(kari.pk, TODAY)
    standing = Standing.objects.get(person=kari)
    assert (standing.display, standing.expires_on) == ("valid", dt.date(2027, 1, 31))
    assert standing.valid_from == dt.date(2026, 2, 1)
    assert list(Cycle.objects.filter(person=kari, state="open")) == [opened]
    assert sorted(Cycle.objects.filter(person=kari).values_list("number", flat=True)) == [1, 2, 3]


def test_what_is_long_over_is_history_and_what_was_earned_here_stands(load, world, kari) -> None:
    day = dt.date(2026, 10, 1)
    world.read_course(kari, day)
    world.take_test(kari, day)
    settle_person(kari.pk, day)
    load(FIRST)
    settle_person(kari.pk, TODAY)
    standing = Standing.objects.get(person=kari)
    assert (standing.display, standing.valid_from, standing.cycle.imported) == ("valid", day, False)


def test_what_the_ledger_tells_is_what_is_stored(load, kari) -> None:
    from certification.services.replaying import replay

    settle_person(kari.pk, TODAY)
    assert Cycle.objects.filter(state="open").exists()
    load(FIRST, SECOND)
    settle_person(kari.pk, TODAY)
    assert replay().differences == []


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("kari,grunnkurs,2024-01-01,2024-12-31,supervised,", "ikke en hel e-postadresse"),
        ("ukjent@example.no,grunnkurs,2024-01-01,2024-12-31,supervised,", "Vi finner ingen med e-postadressen"),
        ("annen@example.no,grunnkurs,2024-01-01,2024-12-31,supervised,", "har ingen stilling i Fjordvik"),
        ("kari@example.no,finnes-ikke,2024-01-01,2024-12-31,supervised,", "Vi kjenner ikke sertifiseringen"),
        ("kari@example.no,,2024-01-01,2024-12-31,supervised,", "Sertifisering mangler"),
        ("kari@example.no,tom,2024-01-01,2024-12-31,supervised,", "har ingen regler som gjelder"),
        ("kari@example.no,grunnkurs,2024-12-31,2024-01-01,supervised,", "Siste dag er før første dag"),
        ("kari@example.no,grunnkurs,2924-01-01,2924-12-31,supervised,", "ikke en dato"),
        ("kari@example.no,grunnkurs,2099-01-01,2099-12-31,supervised,", "begynner etter i dag"),
        ("kari@example.no,grunnkurs,1924-01-01,1924-12-31,supervised,", "begynner før 1990"),
        ("kari@example.no,grunnkurs,2024-01-01,2064-12-31,supervised,", "over tjue år"),
        ("kari@example.no,grunnkurs,2024-02-30,2024-12-31,supervised,", "«2024-02-30» er ikke en dato"),
        ("kari@example.no,grunnkurs,,2024-12-31,supervised,", "Dato mangler"),
        ("kari@example.no,grunnkurs,2024-01-01,2024-12-31,ekspert,", "Vi kjenner ikke nivået «ekspert»"),
        ("kari@example.no,grunnkurs,2024-01-01,2024-12-31,,", "Nivå mangler"),
        ("kari@example.no,grunnkurs,2024-01-01,2024-12-31,egenmeldt,", "krever nivået «rettet på tjeneren»"),
        (f"kari@example.no,grunnkurs,2024-01-01,2024-12-31,supervised,{'x' * 101}", "Kilden er for lang"),
        (f"kari@example.no,{'x' * 400},2024-01-01,2024-12-31,supervised,", "Et felt er for langt"),
        ("kari@example.no,grunnkurs,2024-01-01", "Raden har 3 felt, overskriften har 6"),
    ],
)
def test_a_wrong_row_is_named_by_its_line_and_nothing_is_changed(load, row, words) -> None:
    make_person(email="annen@example.no")
    Certification.objects.create(key="tom", name_nb="Tom", statement_nb="har vist evne")
    before = counts()
    with pytest.raises(CommandError) as error:
        load(SECOND, row)
    assert "Rad 3: " in str(error.value)
    assert words in str(error.value)
    assert "Ingenting er endret" in str(error.value)
    assert counts() == before


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "Filen er tom"),
        (HEADER.encode(), "ingen rader"),
        (b"epost,sertifisering,gyldig_fra\n", "Kolonnen «gyldig_til» .eller «valid_to». mangler"),
        (b"epost,sertifisering,gyldig_fra,gyldig_til,passord\n", "Vi kjenner ikke kolonnen «passord»"),
        (b"epost,epost,sertifisering,gyldig_fra,gyldig_til\n", "står to ganger"),
        (b"PK\x03\x04 et regneark som heter noe annet", "Filen er et regneark"),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "ikke en CSV-fil"),
        (b"\xff\xfee\x00p\x00o\x00s\x00t\x00", "ikke en CSV-fil"),
        (HEADER.encode() + b'"kari@example.no,' + b"x" * 200_000, "kan ikke leses"),
        (HEADER.encode() + b'"uavsluttet', "kan ikke leses"),
        (b"\x81\x8d\x8f" * 50, "kjenner ikke igjen tegnene"),
    ],
)
def test_a_file_that_is_no_such_list_gets_a_clear_message(load, data, words) -> None:
    before = counts()
    with pytest.raises(CommandError, match=words):
        load(data=data)
    assert counts() == before


def test_a_file_that_is_too_large_is_not_read(load, monkeypatch) -> None:
    monkeypatch.setattr("agencies.management.importing.LARGEST_FILE", 20)
    with pytest.raises(CommandError, match="for stor"):
        load(FIRST)


def test_more_rows_than_it_takes_are_refused(monkeypatch) -> None:
    monkeypatch.setattr("certification.history.MOST_ROWS", 1)
    _rows, problems = read_history((HEADER + FIRST + "\n" + SECOND).encode(), level=None, today=TODAY)
    assert "flere enn 1 rader" in str(problems[0])


def test_rows_without_a_level_take_that_of_the_file(load) -> None:
    header = "E-post;Sertifisering;Gyldig fra;Gyldig til\n"
    load("kari@example.no;grunnkurs;2024-01-01;2024-12-31", header=header, assurance="supervised")
    assert Evidence.objects.get().assurance == Evidence.Assurance.SUPERVISED


@pytest.mark.parametrize(
    ("first", "second", "refused"),
    [
        (("2024-01-01", "2024-12-31"), ("2025-01-01", "2025-12-31"), False),
        (("2024-01-01", "2024-12-31"), ("2024-12-31", "2025-12-31"), True),
        (("2024-01-01", "2024-12-31"), ("2024-03-01", "2024-04-30"), True),
        (("2024-01-01", "2024-12-31"), ("2023-06-01", "2024-01-01"), True),
    ],
)
def test_two_periods_may_follow_each_other_but_not_share_a_day(load, first, second, refused) -> None:
    rows = [f"kari@example.no,grunnkurs,{a},{b},supervised," for a, b in (first, second)]
    if not refused:
        load(*rows)
        assert Cycle.objects.count() == 2
        return
    with pytest.raises(CommandError, match="overlapper med perioden i rad"):
        load(*rows)
    load(rows[0])
    with pytest.raises(CommandError, match="alt er hentet inn"):
        load(rows[1])
    assert Cycle.objects.count() == 1


@pytest.mark.parametrize(
    ("first", "last", "refused"),
    [
        ("2025-12-01", "2026-11-30", False),  # renewed here before the old one ran out
        ("2026-10-01", "2027-09-30", True),
        ("2026-10-15", "2026-11-15", True),
        ("2026-01-01", "2028-01-01", True),
    ],
)
def test_beside_a_certificate_from_here_a_period_may_only_come_before(load, world, kari, first, last, refused) -> None:
    day = dt.date(2026, 10, 1)
    world.read_course(kari, day)
    world.take_test(kari, day)
    settle_person(kari.pk, day)
    row = f"kari@example.no,grunnkurs,{first},{last},supervised,"
    if refused:
        with pytest.raises(CommandError, match="utstedt her"):
            load(row)
    else:
        load(row)
    assert Cycle.objects.filter(imported=True).exists() is not refused


def test_people_of_another_agency_are_not_this_ones_to_write_about(load, world) -> None:
    other = make_unit("Nabovik kommune")
    person = make_person(email="nabo@example.no")
    make_membership(person, other, make_role())
    with pytest.raises(CommandError, match="har ingen stilling i Fjordvik"):
        load("nabo@example.no,grunnkurs,2024-01-01,2024-12-31,supervised,")
    load("nabo@example.no,grunnkurs,2024-01-01,2024-12-31,supervised,", agency="Nabovik kommune")
    assert Cycle.objects.get().agency == other


@pytest.mark.django_db(transaction=True)
def test_a_run_that_is_cut_short_leaves_nothing_and_the_next_one_makes_it_whole(tmp_path, monkeypatch) -> None:
    from worlds import make_world

    world = make_world()
    person = world.teacher(since=dt.date(2024, 1, 1), email="kari@example.no")
    file = tmp_path / "liste.csv"
    file.write_text(HEADER + FIRST + "\n" + SECOND)
    monkeypatch.setattr("certification.tasks.settle_people.delay", lambda ids: None)  # the task is lost
    before = counts()

    def cut(*args, **kwargs):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(service, "log_all", cut)
        with pytest.raises(KeyboardInterrupt):
            call_command("certification_import", str(file), agency="Fjordvik kommune")
    assert counts() == before
    call_command("certification_import", str(file), agency="Fjordvik kommune", stdout=StringIO())
    again = []
    monkeypatch.setattr("certification.tasks.settle_people.delay", again.append)
    call_command("certification_import", str(file), agency="Fjordvik kommune", stdout=StringIO())
    assert counts()[:4] == (2, 2, 2, 2)
    assert again == [[person.pk]]


def test_the_same_queries_for_some_rows_and_for_many(load, world) -> None:
    def cost(count: int, start: int) -> int:
        people = [world.teacher(email=f"p{start + n}@example.no") for n in range(count)]
        rows = [f"{person.email},grunnkurs,2024-01-01,2024-12-31,supervised," for person in people]
        with CaptureQueriesContext(connection) as queries:
            load(*rows)
        return len([query for query in queries if not query["sql"].startswith("INSERT INTO")])

    cost(2, 0)
    assert cost(25, 100) == cost(60, 200)


# --- pure -------------------------------------------------------------------------------------------


def a_row(first: dt.date, last: dt.date) -> HistoryRow:
    return HistoryRow(1, "a@example.no", "k", first, last, 30, "")


def test_the_length_is_in_months_where_it_is_whole_months() -> None:
    assert a_row(dt.date(2024, 3, 1), dt.date(2025, 2, 28)).length == "P12M"
    assert a_row(dt.date(2024, 1, 31), dt.date(2024, 2, 28)).length == "P1M"
    assert a_row(dt.date(2024, 1, 1), dt.date(2024, 1, 10)).length == "P10D"


days = st.dates(dt.date(1995, 1, 1), dt.date(2026, 1, 1))


@given(days, st.integers(0, 7000))
def test_the_length_gives_back_the_last_day(first: dt.date, more: int) -> None:
    last = first + more * DAY
    assert last_day(first, parse_period(a_row(first, last).length)) == last


@given(st.lists(st.tuples(days, st.integers(0, 900)), max_size=8))
def test_periods_overlap_exactly_where_two_share_a_day(pairs) -> None:
    periods = [(first, first + more * DAY, number) for number, (first, more) in enumerate(pairs)]
    shares = any(a[0] <= b[1] and b[0] <= a[1] for i, a in enumerate(periods) for b in periods[i + 1 :])
    assert bool(overlaps(periods)) is shares


def test_a_fingerprint_is_of_what_the_row_says_not_of_where_it_stands() -> None:
    row = a_row(dt.date(2024, 1, 1), dt.date(2024, 12, 31))
    other = HistoryRow(7, "ny@example.no", "K", row.first, row.last, 30, "")
    assert row.fingerprint("p", "c") == other.fingerprint("p", "c") != row.fingerprint("q", "c")


def test_today_counts_as_a_first_day() -> None:
    today = timezone.localdate()
    text = f"{HEADER}a@example.no,k,{today},{today},supervised,"
    assert read_history(text.encode(), level=None, today=today)[1] == []
