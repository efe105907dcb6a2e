"""The keys that sign: made once, changed without losing what they signed, and never taken from a token."""

import json
import stat
from concurrent.futures import ThreadPoolExecutor
from io import StringIO
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command
from joserfc import jws
from joserfc.jwk import OKPKey

from certification import keys


@pytest.fixture(autouse=True)
def _keys_of_its_own(settings, tmp_path: Path) -> None:
    settings.DATA_DIR = tmp_path
    settings.BADGE_KEY = ""


def of(kind: str = "Ed25519") -> str:
    return json.dumps(OKPKey.generate_key(kind).as_dict(private=True))


def test_what_is_signed_is_read_back() -> None:
    token = keys.sign_jws({"head": "æøå", "number": 7}, "ledger+jwt")
    assert keys.verify_jws(token) == {"head": "æøå", "number": 7}


def test_bytes_are_signed_as_they_are() -> None:
    token = keys.sign(b'{"a":1}', "x")
    assert token.split(".")[1] == "eyJhIjoxfQ"


def test_the_header_shows_the_key_only_where_it_is_asked_for() -> None:
    plain, shown = keys.sign({}, "JWT"), keys.sign({}, "JWT", show_key=True)
    assert "jwk" not in jws.extract_compact(plain.encode()).headers()
    header = jws.extract_compact(shown.encode()).headers()
    assert header["jwk"]["x"] == keys.public_keys()[0]["x"]
    assert "d" not in header["jwk"]
    assert header["kid"] == OKPKey.import_key(header["jwk"]).thumbprint() == keys.public_keys()[0]["kid"]


def test_many_first_callers_get_one_and_the_same_key(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        found = set(pool.map(lambda _: keys.public_keys()[0]["kid"], range(24)))
    assert len(found) == 1
    assert sorted(path.name for path in (tmp_path / "keys").iterdir()) == ["lock", "signing.json"]


def test_nobody_else_on_the_machine_may_read_the_key(tmp_path: Path) -> None:
    keys.rotate()
    keys.rotate()
    assert stat.S_IMODE((tmp_path / "keys").stat().st_mode) == 0o700
    assert stat.S_IMODE((tmp_path / "keys" / "signing.json").stat().st_mode) == 0o600


def test_a_new_key_signs_and_of_the_old_one_only_the_public_half_is_kept(tmp_path: Path) -> None:
    token = keys.sign_jws({"a": 1}, "x")
    keys.rotate()
    assert keys.verify_jws(token) == {"a": 1}
    assert ["d" in key for key in json.loads((tmp_path / "keys" / "signing.json").read_text())["keys"]] == [True, False]
    assert len(keys.public_keys()) == 2


@pytest.mark.parametrize("token", ["", "a.b.c", "a.b", "....", "e30.e30.e30", "eyJhbGciOiJub25lIn0.e30.", "æ.ø.å"])
def test_what_is_no_token_is_turned_down(token: str) -> None:
    with pytest.raises(keys.BadSignatureError):
        keys.verify_jws(token)


def test_the_key_in_a_header_counts_for_nothing() -> None:
    stranger = OKPKey.generate_key("Ed25519")
    for kid in (stranger.thumbprint(), keys.public_keys()[0]["kid"]):
        header = {"alg": "EdDSA", "typ": "x", "kid": kid, "jwk": stranger.as_dict(private=False)}
        forged = jws.serialize_compact(header, "{}", stranger, registry=keys._ONLY_ED25519)
        with pytest.raises(keys.BadSignatureError):
            keys.verify_jws(forged)


def test_something_that_is_changed_on_the_way_is_turned_down() -> None:
    head, body, signature = keys.sign_jws({"a": 1}, "x").split(".")
    other = keys.sign_jws({"a": 2}, "x").split(".")[1]
    assert body != other
    with pytest.raises(keys.BadSignatureError):
        keys.verify_jws(f"{head}.{other}.{signature}")


def test_a_key_from_the_environment_comes_before_the_file_whose_keys_stay(settings) -> None:
    token = keys.sign_jws({"a": 1}, "x")
    settings.BADGE_KEY = of()
    given = OKPKey.import_key(json.loads(settings.BADGE_KEY)).thumbprint()
    assert keys.public_keys()[0]["kid"] == given
    assert keys.verify_jws(token) == {"a": 1}


def test_an_environment_with_several_keys_signs_by_the_first(settings) -> None:
    settings.BADGE_KEY = of()
    old = keys.sign_jws({"a": 1}, "x")
    settings.BADGE_KEY = keys.new_environment_key()
    assert keys.verify_jws(old) == {"a": 1}
    assert ["d" in key for key in json.loads(settings.BADGE_KEY)["keys"]] == [True, False]
    assert len(keys.public_keys()) == 2


@pytest.mark.parametrize("value", ["x", "{}", '{"keys": []}', "[1]", "7", '{"kty":"OKP","crv":"Ed25519"}', "Ed448"])
def test_a_wrong_key_in_the_environment_is_said_clearly(settings, value: str) -> None:
    settings.BADGE_KEY = of(value) if value == "Ed448" else value
    with pytest.raises(ImproperlyConfigured, match="BADGE_KEY"):
        keys.public_keys()


def test_a_public_key_alone_cannot_sign(settings) -> None:
    settings.BADGE_KEY = json.dumps(OKPKey.generate_key("Ed25519").as_dict(private=False))
    with pytest.raises(ImproperlyConfigured, match="BADGE_KEY"):
        keys.sign_jws({}, "x")


def test_the_command_shows_and_changes_the_keys() -> None:
    before = keys.public_keys()[0]["kid"]
    out = StringIO()
    call_command("badge_key", "--rotate", stdout=out)
    lines = out.getvalue().splitlines()
    assert lines[0].endswith("i bruk")
    assert lines[1].startswith(before)
    again = StringIO()
    call_command("badge_key", stdout=again)
    assert again.getvalue() == out.getvalue()


def test_the_command_leaves_a_key_of_the_environment_alone_and_can_write_its_successor(settings) -> None:
    settings.BADGE_KEY = of()
    with pytest.raises(CommandError, match="BADGE_KEY"):
        call_command("badge_key", "--rotate")
    out = StringIO()
    call_command("badge_key", "--new", stdout=out, stderr=StringIO())
    known = keys.public_keys()
    settings.BADGE_KEY = out.getvalue().strip()
    assert [key["kid"] for key in keys.public_keys()[1:]] == [key["kid"] for key in known]
