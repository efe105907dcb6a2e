"""manage.py people_import: all of the list or nothing, once, and never anybody's removal."""

import datetime as dt
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from factories import make_grant, make_membership, make_person, make_role, make_unit

from accounts.models import User
from agencies.models import Membership
from agencies.reading import paused_threads
from agencies.services import pause_membership
from agencies.signals import memberships_changed

pytestmark = pytest.mark.django_db
HEADER = "email,first_name,last_name,unit,role,start,end\n"
ROSTER = Membership.Origin.ROSTER


@pytest.fixture
def town():
    make_role()
    make_role("head", "Rektor")
    town = make_unit("Fjordvik kommune", code="3000")
    make_unit("Lia skole", town, code="17")
    make_unit("Bråten skole", town, code="18")
    return town


@pytest.fixture
def load(tmp_path, town):
    """Imports rows into the town and gives what the command said."""

    def run(*rows, header=HEADER, agency="Fjordvik kommune", **options):
        file = tmp_path / "liste.csv"
        file.write_text(header + "\n".join(rows), encoding=options.pop("encoding", "utf-8"))
        out = StringIO()
        call_command("people_import", str(file), agency=agency, stdout=out, stderr=out, **options)
        return out.getvalue()

    return run


def snapshot():
    people = User.objects.order_by("pk").values_list("email", "first_name", "last_name", "name_key")
    rows = Membership.objects.order_by("pk").values_list("pk", "superseded_at", "valid_from", "valid_to", "unit__code")
    return list(people), list(rows)


def places(email):
    rows = Membership.objects.current().filter(person__email=email).order_by("valid_from")
    return [(row.unit.code, row.role.key, row.valid_from.isoformat(), str(row.valid_to)) for row in rows]


KARI = "kari@example.no,Kari,Aas,Lia skole,Lærer,2024-08-01,"
JON = "jon@example.no,Jon,Bakken,18,head,01.08.2020,31.07.2030"


def test_a_good_list_is_taken_in_once(load, town):
    heard = []

    def hear(sender, person_ids, **kwargs):
        heard.append(person_ids)

    memberships_changed.connect(hear)
    try:
        first = load(KARI, JON)
        after = snapshot()
        second = load(KARI, JON)
    finally:
        memberships_changed.disconnect(hear)
    assert "Nye personer: 2" in first
    assert places("kari@example.no") == [("17", "teacher", "2024-08-01", "None")]
    assert places("jon@example.no") == [("18", "head", "2020-08-01", "2030-07-31")]
    kari = User.objects.get(email="kari@example.no")
    assert kari.name_key.startswith("~3s kari")
    assert not kari.has_usable_password()
    assert kari.memberships.get().agency == town
    assert kari.memberships.get().origin == ROSTER
    assert "Ingenting å endre." in second
    assert "Uendret: 2" in second
    assert snapshot() == after
    assert heard == [sorted(User.objects.values_list("pk", flat=True))]


def test_norwegian_headers_semicolons_and_windows_letters_are_read(load):
    row = "kari@example.no;Kari;Ås;Bråten skole;Lærer;01.08.2024;"
    header = "e-post;fornavn;etternavn;enhet;rolle;fra;til\n"
    load(row, header=header, encoding="cp1252")
    assert "Uendret: 1" in load(row, header=header, encoding="utf-8-sig")
    assert places("kari@example.no") == [("18", "teacher", "2024-08-01", "None")]


@pytest.mark.parametrize("name", ["3000", "Fjordvik kommune", "public id"])
def test_the_agency_is_named_by_code_name_or_public_id(load, town, name):
    load(KARI, agency=str(town.public_id) if name == "public id" else name)
    assert User.objects.count() == 1


@pytest.mark.parametrize("name", ["Lia skole", "Ukjent", ""])
def test_what_is_no_agency_takes_in_nobody(load, name):
    with pytest.raises(CommandError):
        load(KARI, agency=name)
    assert not User.objects.exists()


def test_any_error_and_nothing_is_changed(load, town):
    make_unit("Andre skole", make_unit("Nabo kommune"), code="99")
    before = snapshot()
    with pytest.raises(CommandError):
        load(KARI, "ola@example.no,Ola,Moe,Andre skole,Lærer,2024-08-01,")
    with pytest.raises(CommandError):
        load(KARI, "ola@example.no,Ola,Moe,99,Lærer,2024-08-01,")
    with pytest.raises(CommandError):
        load(KARI, "ola@example.no,Ola,Moe,Lia skole,Trollmann,2024-08-01,")
    with pytest.raises(CommandError):
        load(KARI, KARI)
    with pytest.raises(CommandError):
        load(KARI, "kari@example.no,Karin,Aas,Bråten skole,Lærer,2024-08-01,")
    with pytest.raises(CommandError):
        load(KARI, header=HEADER.replace("role", "jobb"))
    assert snapshot() == before


def test_errors_are_said_row_by_row(tmp_path, town):
    file = tmp_path / "liste.csv"
    file.write_text(HEADER + "kari@,Kari,Aas,Lia skole,Lærer,2024-08-01,\n" + KARI + "\nx@y.no,A,B,Borte,Lærer,igår,")
    said = StringIO()
    with pytest.raises(CommandError) as refused:
        call_command("people_import", str(file), agency="3000", stderr=said)
    assert refused.value.returncode == 1
    assert "Rad 2: «kari@» er ikke en hel e-postadresse." in said.getvalue()
    assert "Rad 4: «igår» er ikke en dato." in said.getvalue()


def test_a_dry_run_says_what_would_happen_and_changes_nothing(load, town):
    load(KARI)
    make_membership(make_person(email="borte@example.no"), town, origin=ROSTER)
    before = snapshot()
    said = load(JON, KARI.replace("Lia skole", "Bråten skole").replace("2024", "2025"), dry_run=True)
    assert "Nye personer: 1" in said
    assert "Flyttinger: 1" in said
    assert "Flyttet: Kari Aas, Lærer, Bråten skole, fra 1. august 2025 (før: Lærer, Lia skole" in said
    assert "Ikke i filen, blir stående: 1" in said
    assert "Ingenting er endret." in said
    assert snapshot() == before


def test_a_new_place_is_a_move_and_leave_goes_along(load):
    load(KARI)
    old = Membership.objects.get()
    pause_membership(membership=old, first_day=dt.date(2025, 7, 1))
    moved = KARI.replace("Lia skole", "18").replace("2024", "2025")
    assert "Flyttinger: 1" in load(moved)
    assert places("kari@example.no") == [
        ("17", "teacher", "2024-08-01", "2025-07-31"),
        ("18", "teacher", "2025-08-01", "None"),
    ]
    new = Membership.objects.current().get(unit__code="18")
    assert paused_threads([new.person_id], dt.date(2025, 9, 1)) == {new.thread}
    assert "Ingenting å endre." in load(moved)


def test_a_list_that_says_she_was_there_all_along_corrects_and_keeps_what_was_known(load):
    load(KARI)
    before = timezone.now()
    corrected = KARI.replace("Lia skole", "18")
    assert "Endrede stillinger: 1" in load(corrected)
    assert places("kari@example.no") == [("18", "teacher", "2024-08-01", "None")]
    assert Membership.objects.known_at(before).get().unit.code == "17"
    assert "Ingenting å endre." in load(corrected)


def test_new_dates_change_the_same_membership(load):
    load(KARI)
    thread = Membership.objects.get().thread
    assert "Endrede stillinger: 1" in load(KARI + "2030-06-30")
    assert Membership.objects.current().get().thread == thread
    assert places("kari@example.no") == [("17", "teacher", "2024-08-01", "2030-06-30")]


def test_what_the_list_does_not_mention_stays(load, town):
    by_hand = make_membership(make_person(email="kari@example.no", first_name="Kari", last_name="Aas"), town)
    said = load(KARI)
    assert "Ikke i filen, blir stående: 1" in said
    by_hand.refresh_from_db()
    assert by_hand.superseded_at is None
    assert len(places("kari@example.no")) == 2
    assert "Ingenting å endre." in load(KARI)


def test_a_name_is_changed_only_where_she_belongs_to_nobody_else(load, town):
    load(KARI, JON)
    make_grant(User.objects.get(email="jon@example.no"), make_unit("Nabo kommune"))
    said = load(KARI.replace("Aas", "Moe"), JON.replace("Bakken", "Moe"))
    assert "Nye navn: 1" in said
    assert "beholder navnet" in said
    assert User.objects.get(email="kari@example.no").name_key.startswith("moe")
    assert User.objects.get(email="jon@example.no").last_name == "Bakken"


def test_a_closed_account_is_refused(load):
    make_person(email="kari@example.no", is_active=False)
    with pytest.raises(CommandError):
        load(KARI)
    assert not Membership.objects.exists()


def test_the_number_of_queries_does_not_grow_with_the_list(load):
    def queries(rows):
        with CaptureQueriesContext(connection) as captured:
            load(*rows)
        return len(captured)

    # Thirty, since SQLite takes a long bulk insert in several pieces.
    def rows(prefix, count):
        return [f"{prefix}{n}@example.no,A,{prefix}{n},17,Lærer,2024-08-01," for n in range(count)]

    assert queries(rows("a", 1)) == queries(rows("b", 30))
    assert queries([row.replace(",17,", ",18,").replace("2024", "2025") for row in rows("a", 1)]) == queries(
        [row.replace(",17,", ",18,").replace("2024", "2025") for row in rows("b", 30)]
    )
