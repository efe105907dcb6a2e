"""What is kept about a person is hers to have, and no one else's."""

import io
import json
import zipfile
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from factories import make_grant, make_person, with_second_factor
from worlds import World, make_world

from accounts.models import User
from accounts.services import export_person
from accounts.services.links import person_fields
from accounts.signals import person_export
from certification.models import Certificate
from tests.accounts.whole import CHOSEN, REASON, whole_person

pytestmark = pytest.mark.django_db
FILE = "/nb/min-konto/opplysninger.zip"


@pytest.fixture
def world() -> World:
    return make_world()


@pytest.fixture
def ingrid(world: World) -> User:
    return whole_person(world, email="ingrid@example.no")


def opened(content: bytes) -> tuple[dict[str, Any], str]:
    with zipfile.ZipFile(io.BytesIO(content)) as file:
        return json.loads(file.read("opplysninger.json")), file.read("les-meg.txt").decode()


def test_she_gets_every_part_of_what_is_kept(ingrid):
    data, _readme = opened(export_person(person=ingrid))
    every = {part.key for part in person_export.ask(person=ingrid)}
    assert set(data) == every
    assert len(every) > 20
    assert data["account"][0]["email"] == "ingrid@example.no"


def test_what_is_for_her_alone_is_in_it(ingrid):
    data, _readme = opened(export_person(person=ingrid))
    assert [row["reason"] for row in data["decisions"]] == [REASON]
    assert data["leave"][0]["unit"] == "Lia ungdomsskole"
    assert data["answers"][0] | {"saved": ""} == {
        "attempt": data["attempts"][0]["id"], "number": 1, "question": "Hva gjør du?", "answer": CHOSEN, "saved": "",
    }  # fmt: skip
    assert {row["score"] for row in data["evidence"]} == {"0.9000", "0.5000", None}
    assert data["cycles"][0]["certificate_code"] == Certificate.objects.get().code


def test_others_are_counted_and_not_told_of(ingrid):
    """What she decided about somebody else is theirs, and a key to the account is nobody's to carry about."""
    data, readme = opened(export_person(person=ingrid))
    text = json.dumps(data, ensure_ascii=False) + readme
    assert "Annen oppgave" not in text
    assert {"what": "vedtak", "as": "decided_by", "count": 1} in data["rules_and_decisions_made"]
    assert "JBSWY3DPEHPK3PXP" not in text
    assert ingrid.password not in text


@pytest.mark.parametrize(
    ("language", "words"),
    [("nb", "Opplysningene om deg"), ("nn", "i Handlekraft"), ("en", "Handlekraft")],
)
def test_the_page_that_explains_names_every_part_whatever_her_language(ingrid, language, words):
    ingrid.language = language
    data, readme = opened(export_person(person=ingrid))
    assert words in readme
    assert all(f"- {key}: " in readme for key in data)


def test_a_person_of_whom_little_is_kept_gets_that_little():
    data, _readme = opened(export_person(person=make_person("Ola", "Ny")))
    assert [row["first_name"] for row in data["account"]] == ["Ola"]
    assert set(data) == {"account"}


def test_she_downloads_it_herself(as_person):
    answer = as_person(make_person("Ola", "Ny")).get(FILE)
    assert answer["Content-Type"] == "application/zip"
    assert answer["Content-Disposition"].startswith("attachment")
    assert "no-store" in answer["Cache-Control"]
    assert opened(answer.content)[0]["account"][0]["last_name"] == "Ny"


def test_her_page_leads_to_it(as_person):
    assert f'href="{FILE}"' in as_person(make_person()).get("/nb/min-konto/").content.decode()


def test_a_stranger_is_sent_to_the_door(client):
    assert client.get(FILE)["Location"].startswith("/nb/konto/login/")


def test_a_manager_gets_her_own_and_nothing_of_the_person(as_person, world, ingrid):
    boss = with_second_factor(make_person("Marit", "Aune"))
    make_grant(boss, world.agency)
    client = as_person(boss)
    data, _readme = opened(client.get(FILE).content)
    assert "Solheim" not in json.dumps(data)
    for address in ("/nb/personer/", "/nb/personer/personer.csv", f"/nb/personer/{ingrid.public_id}/"):
        answer = client.get(address)
        text = b"".join(answer.streaming_content if answer.streaming else [answer.content]).decode()
        assert "Solheim" in text
        assert REASON not in text
        assert CHOSEN not in text


def test_the_number_of_queries_does_not_grow_with_what_is_kept(world, ingrid, django_assert_max_num_queries):
    world.take_test(ingrid, ingrid.date_joined.date(), passed=False)
    with django_assert_max_num_queries(len(person_fields()) + 10):
        export_person(person=ingrid)


def test_the_command_writes_it_for_whoever_cannot_sign_in(tmp_path, ingrid):
    file = tmp_path / "ingrid.zip"
    call_command("person_export", "Ingrid@example.no", str(file))
    assert opened(file.read_bytes())[0]["account"][0]["first_name"] == "Ingrid"
    assert file.stat().st_mode & 0o077 == 0
    with pytest.raises(CommandError, match="Kan ikke skrive"):
        call_command("person_export", "ingrid@example.no", str(file))


def test_the_command_says_so_when_there_is_nobody(tmp_path):
    with pytest.raises(CommandError, match="Ingen er lagt inn"):
        call_command("person_export", "ingen@example.no", str(tmp_path / "x.zip"))
