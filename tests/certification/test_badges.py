"""Badges and status lists, as their owner downloads them and as somebody else's code checks them."""

import base64
import datetime as dt
import gzip
import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from factories import make_grant, make_person, with_second_factor
from hypothesis import given
from hypothesis import strategies as st
from joserfc import jws
from joserfc.jwk import OKPKey
from opinions import opinion_of
from worlds import World

from certification import credentials, keys, rendering
from certification.models import BadgeStatus, Certificate, Cycle, Decision
from certification.services import badges, settle_person
from common.dated import retract

START = dt.date(2026, 6, 1)
NOON = dt.datetime(2026, 6, 1, 10, tzinfo=dt.UTC)
HOST = "http://127.0.0.1:8000"
OPINION = Path(__file__).with_name("badge_opinion.mjs")
SVG = "{http://www.w3.org/2000/svg}"
BAKED = "{https://purl.imsglobal.org/ob/v3p0}credential"


@pytest.fixture(autouse=True)
def _keys_of_its_own(settings, tmp_path: Path) -> None:
    settings.DATA_DIR = tmp_path
    settings.BASE_URL = HOST
    settings.BADGE_KEY = ""


@pytest.fixture
def held(world: World) -> Certificate:
    world.certification.name_nb = "Mot tvangsekteskap"
    world.certification.name_en = "Against forced marriage"
    world.certification.statement_nb = "har vist evne til å handle mot tvangsekteskap"
    world.certification.save()
    return certified(world)


def certified(world: World, **names: str) -> Certificate:
    person = world.teacher(since=START, **names)
    world.read_course(person, START)
    world.take_test(person, START)
    settle_person(person.pk, START)
    return Certificate.objects.get(cycle__person=person)


def download(client: Client, certificate: Certificate, form: str, query: str = "") -> Any:
    client.force_login(certificate.cycle.person)
    return client.get(f"/nb/sertifikat/{certificate.code}/merke.{form}{query}")


def token_of(certificate: Certificate) -> str:
    return download(Client(), certificate, "jwt").content.decode()


def payload_of(token: str) -> dict[str, Any]:
    part = token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))


def decide(certificate: Certificate, kind: str) -> Decision:
    cycle = certificate.cycle
    return Decision.objects.create(
        person=cycle.person,
        certification=cycle.certification,
        cycle=cycle,
        kind=kind,
        valid_from=START,
        reason="Feil.",
        decided_by=make_person(),
    )


def published(address: str) -> Any:
    return Client().get(address.removeprefix(HOST))


def picture(svg: bytes) -> ElementTree.Element:
    return ElementTree.fromstring(svg)  # noqa: S314  our own


def opinion(token: str, now: dt.datetime = NOON) -> dict[str, Any]:
    """What jose and vc-bitstring-status-list say of a badge, given only what the issuer publishes."""
    entries = payload_of(token)["credentialStatus"]
    asked = {
        "token": token,
        "issuer": f"{HOST}/merke/utsteder/",
        "keys": published("/merke/nokler.json").json(),
        "lists": {
            entry["statusListCredential"]: published(entry["statusListCredential"]).content.decode()
            for entry in entries
        },
        "now": now.isoformat(),
    }
    answer: dict[str, Any] = opinion_of(OPINION, asked)
    return answer


# --- what other people's code says ----------------------------------------------------------------


@time_machine.travel(NOON, tick=False)
def test_a_second_opinion_follows_a_badge_from_issue_to_revocation(held: Certificate) -> None:
    token = token_of(held)
    fresh = opinion(token)
    assert fresh["verified"], fresh
    assert fresh["status"] == {"revocation": False, "suspension": False}
    subject = fresh["credential"]["credentialSubject"]
    assert subject["identifier"][0]["identityHash"] == held.cycle.person.get_full_name()
    assert subject["achievement"]["name"] == "Mot tvangsekteskap"

    suspension = decide(held, "suspension")
    assert opinion(token)["status"] == {"revocation": False, "suspension": True}
    retract(suspension)
    assert opinion(token)["status"] == {"revocation": False, "suspension": False}
    decide(held, "revocation")
    assert opinion(token)["status"] == {"revocation": True, "suspension": False}


@time_machine.travel(NOON, tick=False)
def test_a_second_opinion_finds_the_key_of_a_badge_from_before_the_key_was_changed(held: Certificate) -> None:
    old = token_of(held)
    keys.rotate()
    new = token_of(held)
    verdicts = [opinion(token) for token in (old, new)]
    assert [verdict["verified"] for verdict in verdicts] == [True, True]
    assert verdicts[0]["header"]["kid"] != verdicts[1]["header"]["kid"]


@time_machine.travel(NOON, tick=False)
def test_a_second_opinion_turns_down_what_somebody_else_signed(held: Certificate) -> None:
    """With her name, our address and our kid, and a header that offers the forger's own key."""
    stranger = OKPKey.generate_key("Ed25519")
    token = token_of(held)
    kid = keys.public_keys()[0]["kid"]
    header = {"alg": "EdDSA", "typ": "JWT", "kid": kid, "jwk": stranger.as_dict(private=False)}
    forged = jws.serialize_compact(header, json.dumps(payload_of(token)), stranger, registry=keys._ONLY_ED25519)
    assert opinion(token)["verified"]
    assert opinion(forged) == {"verified": False, "error": "ERR_JWS_SIGNATURE_VERIFICATION_FAILED"}


@time_machine.travel(NOON, tick=False)
def test_a_second_opinion_holds_a_badge_for_expired_from_the_midnight_after_its_last_day(held: Certificate) -> None:
    token = token_of(held)  # the last day is 31 May 2027, which ends at 22:00 UTC in Oslo
    midnight = dt.datetime(2027, 5, 31, 22, tzinfo=dt.UTC)
    claims = payload_of(token)
    assert claims["validUntil"] == "2027-05-31T22:00:00Z"
    assert claims["exp"] == midnight.timestamp()
    with time_machine.travel(midnight - dt.timedelta(seconds=1), tick=False):
        assert opinion(token, midnight - dt.timedelta(seconds=1))["verified"]
    with time_machine.travel(midnight, tick=False):
        assert opinion(token, midnight) == {"verified": False, "error": "ERR_JWT_EXPIRED"}


# --- what a badge says ----------------------------------------------------------------------------


@time_machine.travel(NOON, tick=False)
def test_a_badge_names_her_and_says_nothing_else_of_her(held: Certificate) -> None:
    claims = payload_of(token_of(held))
    cycle = held.cycle
    assert claims["type"] == ["VerifiableCredential", "AchievementCredential"]
    assert claims["id"] == claims["jti"] == f"{HOST}/k/{held.code}/"
    assert claims["iss"] == claims["issuer"]["id"]
    assert claims["validFrom"] == "2026-05-31T22:00:00Z"
    assert claims["credentialSubject"]["identifier"] == [
        {
            "type": "IdentityObject",
            "identityType": "name",
            "hashed": False,
            "identityHash": cycle.person.get_full_name(),
        }
    ]
    text = json.dumps(claims, ensure_ascii=False)
    for secret in (cycle.person.email, "@", cycle.agency.name_nb, "lærer", str(cycle.person.public_id)):
        assert secret not in text.replace("@context", "")


@time_machine.travel(NOON, tick=False)
def test_the_achievement_is_in_bokmal_and_leads_to_the_languages_it_is_written_in(held: Certificate) -> None:
    achievement = payload_of(token_of(held))["credentialSubject"]["achievement"]
    assert (achievement["inLanguage"], achievement["description"]) == (
        "nb",
        "har vist evne til å handle mot tvangsekteskap",
    )
    assert [row["inLanguage"] for row in achievement["related"]] == ["en"]
    assert published(achievement["related"][0]["id"]).json()["name"] == "Against forced marriage"
    assert published(achievement["id"]).json()["name"] == "Mot tvangsekteskap"


@pytest.mark.parametrize(
    ("zone", "day", "utc"),
    [
        ("Europe/Oslo", dt.date(2027, 1, 1), "2026-12-31T23:00:00Z"),
        ("Europe/Oslo", dt.date(2026, 3, 29), "2026-03-28T23:00:00Z"),  # the clock goes forward at two
        ("Europe/Oslo", dt.date(2026, 3, 30), "2026-03-29T22:00:00Z"),
        ("Asia/Kolkata", dt.date(2027, 1, 1), "2026-12-31T18:30:00Z"),
    ],
)
def test_a_day_begins_at_midnight_where_the_certificate_was_earned(zone: str, day: dt.date, utc: str) -> None:
    assert credentials.instant(credentials.midnight(day, zone)) == utc


@given(st.sets(st.integers(0, 1023), max_size=40))
def test_a_list_has_the_bits_that_were_set_and_no_others(indexes: set[int]) -> None:
    packed = credentials.encoded_list(indexes, size=1024)
    assert packed.startswith("u")
    assert "=" not in packed
    bits = gzip.decompress(base64.urlsafe_b64decode(packed[1:] + "=" * (-len(packed[1:]) % 4)))
    assert len(bits) == 128
    assert {index for index in range(1024) if bits[index // 8] >> (7 - index % 8) & 1} == indexes


def test_a_list_takes_no_index_outside_itself() -> None:
    with pytest.raises(ValueError, match="outside"):
        credentials.encoded_list([credentials.LIST_SIZE])


# --- the files that she takes with her ------------------------------------------------------------


@time_machine.travel(NOON, tick=False)
def test_the_picture_has_the_signed_badge_baked_in_first_of_all(held: Certificate, client: Client) -> None:
    response = download(client, held, "svg")
    root = picture(response.content)
    assert response["Content-Type"] == "image/svg+xml"
    assert root.tag == f"{SVG}svg"
    assert [child.tag for child in root if child.tag == BAKED] == [root[0].tag]
    assert keys.verify_jws(root[0].attrib["verify"])["id"] == f"{HOST}/k/{held.code}/"
    assert "Mot" in " ".join(root.itertext())


@time_machine.travel(NOON, tick=False)
def test_a_name_with_marks_of_xml_in_it_does_not_break_the_picture(world: World, client: Client) -> None:
    world.certification.name_nb = '<script>alert(1)</script> & "sitat"'
    world.certification.save()
    certificate = certified(world, first_name='<b>&"', last_name="]]>")
    root = picture(download(client, certificate, "svg").content)
    assert not [node.tag for node in root.iter() if "script" in node.tag]
    found = keys.verify_jws(root[0].attrib["verify"])
    assert found["credentialSubject"]["identifier"][0]["identityHash"] == '<b>&" ]]>'


@time_machine.travel(NOON, tick=False)
def test_the_readable_file_holds_what_the_signed_one_says(held: Certificate, client: Client) -> None:
    found = download(client, held, "json").json()
    signed = keys.verify_jws(found["jwt"])
    assert {key: signed[key] for key in found["credential"]} == found["credential"]


@time_machine.travel(NOON, tick=False)
@pytest.mark.parametrize("form", ["svg", "jwt", "json"])
def test_a_neutral_badge_leaves_the_theme_out_everywhere(held: Certificate, client: Client, form: str) -> None:
    response = download(client, held, form, "?noytral=1")
    text = response.content.decode()
    token = next(part for part in text.replace('"', " ").split() if part.count(".") == 2 and part.startswith("eyJ"))
    claims = keys.verify_jws(token)
    assert claims["credentialSubject"]["achievement"]["name"] == "Handlekraft, sertifisering"
    everything = (text + json.dumps(claims, ensure_ascii=False) + response["Content-Disposition"]).lower()
    assert "tvang" not in everything
    assert "forced" not in everything
    where = claims["credentialSubject"]["achievement"]["related"][0]["id"]
    assert "tvang" not in published(where).content.decode().lower()


@time_machine.travel(NOON, tick=False)
@pytest.mark.parametrize("name", ["Ola 😀", "தமிழ்"])
def test_a_neutral_pdf_leaves_the_theme_out_whatever_her_name_is(
    world: World, client: Client, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    world.certification.name_nb = "Mot tvangsekteskap"
    world.certification.statement_nb = "om tvangsekteskap"
    world.certification.save()
    certificate = certified(world, first_name=name, last_name="Nordmann")
    printed: list[str] = []
    compiled = rendering._compile
    monkeypatch.setattr(
        rendering, "_compile", lambda inputs, **more: printed.append(inputs["data"]) or compiled(inputs, **more)
    )
    client.force_login(certificate.cycle.person)
    for query, theme in (("?noytral=1", False), ("", True)):
        printed.clear()
        pdf = client.get(f"/nb/sertifikat/{certificate.code}/pdf/{query}").content
        assert pdf.startswith(b"%PDF")
        assert json.loads(printed[-1])["name"] == f"{name} Nordmann"
        assert ("tvang" in printed[-1]) is theme


@time_machine.travel(NOON, tick=False)
def test_the_page_of_the_badge_offers_the_files_and_the_neutral_title(held: Certificate, client: Client) -> None:
    client.force_login(held.cycle.person)
    own = f"/nb/sertifikat/{held.code}/"
    assert f"{own}merke/" in client.get(own).content.decode()
    html = client.get(f"{own}merke/").content.decode()
    assert all(f'href="{own}merke.{form}"' in html for form in ("svg", "jwt", "json"))
    assert "Mot tvangsekteskap" in html
    neutral = client.get(f"{own}merke/?noytral=1").content.decode()
    assert f'href="{own}merke.svg?noytral=1"' in neutral
    assert f'href="{own}pdf/?noytral=1"' in neutral
    assert "tvang" not in neutral.split("<main")[1].split("</main>")[0].lower()


@time_machine.travel(NOON, tick=False)
@pytest.mark.parametrize("file", ["merke/", "merke.svg", "merke.jwt", "merke.json"])
def test_a_badge_is_its_owners_and_nobody_elses(held: Certificate, world: World, as_person, file: str) -> None:
    address = f"/nb/sertifikat/{held.code}/{file}"
    manager = with_second_factor(make_person())
    make_grant(manager, world.agency)
    assert as_person(manager).get(address).status_code == 404
    assert as_person(make_person()).get(address).status_code == 404
    assert Client().get(address).status_code == 302
    assert not BadgeStatus.objects.exists()
    assert as_person(held.cycle.person).get(address).status_code == 200


# --- what is published ----------------------------------------------------------------------------


@time_machine.travel(NOON, tick=False)
def test_what_is_published_may_be_kept_for_five_minutes_and_is_in_no_search_engine(held: Certificate) -> None:
    badge = payload_of(token_of(held))
    addresses = ["/merke/utsteder/", "/merke/nokler.json", badge["credentialSubject"]["achievement"]["id"]]
    addresses += [entry["statusListCredential"] for entry in badge["credentialStatus"]]
    for address in addresses:
        response = published(address)
        assert response.status_code == 200, address
        assert "max-age=300" in response["Cache-Control"]
        assert "public" in response["Cache-Control"]
        assert response["X-Robots-Tag"].startswith("noindex")
        assert not response.cookies
        assert held.cycle.person.get_full_name() not in response.content.decode()


@time_machine.travel(NOON, tick=False)
def test_asking_without_end_is_stopped(held: Certificate, client: Client) -> None:
    answers = [client.get("/merke/nokler.json").status_code for _ in range(61)]
    assert answers == [200] * 60 + [429]


@pytest.mark.parametrize(
    "address",
    [
        "/merke/status/1/revocation/",  # no badge has been asked for yet
        "/merke/status/1/message/",
        f"/merke/status/{10**30}/revocation/",
        "/merke/sertifisering/00000000-0000-4000-8000-000000000000/nb/",
    ],
)
def test_what_is_not_published_is_not_found(world: World, address: str) -> None:
    assert published(address).status_code == 404


def test_an_achievement_is_found_in_our_three_languages_alone(world: World) -> None:
    address = f"/merke/sertifisering/{world.certification.public_id}/"
    assert [published(f"{address}{code}/").status_code for code in ("nb", "nn", "en", "xx")] == [200, 200, 200, 404]


def test_the_issuer_shows_every_key_and_keeps_the_old_ones(db: None) -> None:
    first = keys.public_keys()[0]["kid"]
    second = keys.rotate()
    found = published("/merke/utsteder/").json()
    assert found["name"] == "Handlekraft"
    assert found["url"] == f"{HOST}/"
    assert [method["publicKeyJwk"]["kid"] for method in found["verificationMethod"]] == [second, first]
    key_set = published(found["jwks_uri"]).json()["keys"]
    assert [key["kid"] for key in key_set] == [second, first]
    assert all("d" not in key for key in key_set)


@time_machine.travel(NOON, tick=False)
def test_a_decision_about_another_cycle_or_another_day_sets_no_bit(held: Certificate, world: World) -> None:
    entry = payload_of(token_of(held))["credentialStatus"][1]
    empty = payload_of(published(entry["statusListCredential"]).content.decode())
    other = certified(world)
    decide(other, "suspension")
    Decision.objects.filter(pk=decide(held, "suspension").pk).update(valid_from=START + dt.timedelta(days=1))
    same = payload_of(published(entry["statusListCredential"]).content.decode())
    assert same["credentialSubject"]["encodedList"] == empty["credentialSubject"]["encodedList"]
    with time_machine.travel(NOON + dt.timedelta(days=1), tick=False):
        later = payload_of(published(entry["statusListCredential"]).content.decode())
    assert later["credentialSubject"]["encodedList"] != empty["credentialSubject"]["encodedList"]


@time_machine.travel(NOON, tick=False)
def test_a_list_asks_the_same_few_questions_whatever_is_in_it(held: Certificate, world: World) -> None:
    counts = []
    for certificates in ([held], [certified(world) for _ in range(5)]):
        for certificate in certificates:
            badges.place_in_list(certificate=certificate)
            decide(certificate, "revocation")
        with CaptureQueriesContext(connection) as queries:
            assert published("/merke/status/1/revocation/").status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 3


# --- places in the lists --------------------------------------------------------------------------


@time_machine.travel(NOON, tick=False)
def test_a_badge_keeps_its_place_and_a_taken_place_is_drawn_again(
    held: Certificate, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = certified(world)
    draws = iter([7, 7, 7, 8])
    monkeypatch.setattr(badges.secrets, "randbelow", lambda size: next(draws))
    assert badges.place_in_list(certificate=held).index == 7
    assert badges.place_in_list(certificate=held).index == 7
    assert badges.place_in_list(certificate=other).index == 8
    assert BadgeStatus.objects.count() == 2


@time_machine.travel(NOON, tick=False)
def test_a_new_list_is_begun_when_one_is_more_than_half_full(
    held: Certificate, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(badges, "_FULL", 1)
    certificates = [held, certified(world), certified(world), certified(world)]
    places = [badges.place_in_list(certificate=row) for row in certificates]
    assert [place.list_number for place in places] == [1, 1, 2, 2]
    assert published("/merke/status/2/suspension/").status_code == 200


def test_a_cycle_that_is_not_satisfied_has_no_badge() -> None:
    with pytest.raises(ValueError, match="satisfied"):
        badges.badge_credential(certificate=Certificate(cycle=Cycle()))
