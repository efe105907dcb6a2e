"""The player's page and files: the address is the permission, and what comes from it can do nothing to the platform."""

import json
import re

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.urls import reverse
from factories import make_person
from h5p_samples import HELPER, MAIN, files, library, needs

from media.bundles import GUARD, script_bundle, style_bundle
from media.models import H5PLibrary
from media.playing import (
    HALF_A_DAY,
    AddressError,
    Playable,
    content_key,
    libraries_key,
    read_content_key,
    read_libraries_key,
    seconds_left,
)
from media.reading import in_order, read_activities
from media.services.libraries import refuse

NOON = 1_800_000_000.0


def player_url(content, language="nb"):
    return read_activities(person=None, content_ids=[content.pk], language=language)[content.pk].player_url


def integration(response):
    found = re.search(
        r'<script id="integration" type="application/json">(.*?)</script>', response.content.decode(), re.S
    )
    return json.loads(found[1])


# --- addresses --------------------------------------------------------------------------------------


def test_an_address_says_what_it_lets_be_played_and_ends_within_a_day():
    playable = Playable(7, (3, 1, 2))
    key = content_key(playable, NOON)
    assert read_content_key(key, NOON + HALF_A_DAY) == playable
    with pytest.raises(AddressError):
        read_content_key(key, NOON + 2 * HALF_A_DAY + 1)
    assert HALF_A_DAY < seconds_left(NOON) <= 2 * HALF_A_DAY


def test_all_get_the_same_address_for_half_a_day():
    start = NOON // HALF_A_DAY * HALF_A_DAY
    assert libraries_key([1, 2], start) == libraries_key([1, 2], start + HALF_A_DAY - 1)
    assert libraries_key([1, 2], start) != libraries_key([1, 2], start + HALF_A_DAY)


@pytest.mark.parametrize(
    "spoil", [lambda key: key[:-1] + "x", lambda key: "f" + key, lambda key: "", lambda key: "a~b"]
)
def test_an_address_that_was_not_made_here_opens_nothing(spoil):
    with pytest.raises(AddressError):
        read_content_key(spoil(content_key(Playable(7, (1,)))))


def test_an_address_of_libraries_opens_no_content():
    with pytest.raises(AddressError):
        read_content_key(libraries_key([7, 1]))
    with pytest.raises(AddressError):
        read_libraries_key(content_key(Playable(7, (1,))))


# --- the page in the frame --------------------------------------------------------------------------


@pytest.mark.django_db
def test_the_page_holds_the_activity_and_nothing_of_anybody(activity, client):
    content = activity()
    response = client.get(player_url(content))
    told = integration(response)
    assert json.loads(told["contents"][f"cid-{content.current_id}"]["jsonContent"])["question"] == "Hva gjør du først?"
    assert "user" not in told
    assert told["ajax"] == {}
    assert not response.cookies
    assert "csrf" not in response.content.decode()


@pytest.mark.django_db
def test_its_policy_lets_it_reach_its_own_files_and_nothing_else(activity, client):
    content = activity()
    url = player_url(content)
    policy = client.get(url)["Content-Security-Policy"]
    told = dict(part.strip().partition(" ")[::2] for part in policy.split(";"))
    assert told["sandbox"] == "allow-scripts"
    assert told["default-src"] == "'none'"
    for name in ("script-src", "connect-src", "img-src", "media-src", "font-src"):
        places = [place for place in told[name].split() if place.startswith("http")]
        own = re.compile(r"http://testserver/(h5p/[sb]/[^/]+/|static/(h5p|media)/)$")
        assert all(own.match(place) for place in places), told[name]
        assert "'unsafe-eval'" not in told[name]
        assert "'self'" not in told[name]
    assert told["frame-ancestors"] == "http://testserver"


@pytest.mark.django_db
@pytest.mark.parametrize(("language", "word"), [("nb", "Rettigheter"), ("nn", "Rettar"), ("en", "Rights")])
def test_the_player_speaks_the_readers_language(activity, client, language, word):
    told = integration(client.get(player_url(activity(), language)))
    assert told["l10n"]["H5P"]["copyrights"] == word


@pytest.mark.django_db
@pytest.mark.parametrize("many", [1, 12])
def test_it_takes_the_same_few_queries_however_many_libraries(activity, client, django_assert_num_queries, many):
    extra = {}
    for n in range(many):
        extra[f"Ekstra{n}-1.0/library.json"] = library(f"Ekstra{n}", (1, 0, 0), preloadedJs=[{"path": "a.js"}])
        extra[f"Ekstra{n}-1.0/a.js"] = b"//"
    main = json.loads(files()[f"{MAIN}/library.json"])
    main["preloadedDependencies"] += [needs(f"Ekstra{n}", 1, 0) for n in range(many)]
    content = activity(files(**extra, **{f"{MAIN}/library.json": main}))
    url = player_url(content)
    with django_assert_num_queries(2):
        assert client.get(url).status_code == 200


@pytest.mark.django_db
def test_when_a_library_is_stopped_what_runs_on_it_is_not_played_any_more(activity, client):
    content = activity()
    url = player_url(content)
    refuse(H5PLibrary.objects.get(machine_name="HandlekraftShared"), by=None, reason="Feil.")
    assert client.get(url).status_code == 404
    assert player_url(content) is None


@pytest.mark.django_db
def test_what_nobody_has_approved_has_no_address(activity):
    assert player_url(activity(approved=False)) is None


@pytest.mark.django_db
def test_an_unknown_language_is_not_found(activity, client):
    assert client.get(player_url(activity()).replace("/nb/", "/xx/")).status_code == 404


# --- its files --------------------------------------------------------------------------------------


def in_bundle(content, name):
    needed = {str(row.name): row.pk for row in H5PLibrary.objects.all()}
    key = libraries_key([needed[need] for need in content.current.needs])
    return reverse("h5p_bundle", args=[key, name])


@pytest.mark.django_db
def test_all_scripts_come_in_one_file_each_after_what_it_needs(activity, client):
    response = client.get(in_bundle(activity(), "samlet.js"))
    text = response.content.decode()
    assert text.index("what questions share") < text.index("shows the question")
    assert response["Content-Type"].startswith("text/javascript")
    assert "immutable" in response["Cache-Control"]


@pytest.mark.django_db
def test_a_script_never_swallows_the_next_or_makes_it_strict(activity):
    activity(files(**{f"{HELPER}/shared.js": b"\xef\xbb\xbf'use strict'; var a = 1 // end"}))
    libraries = in_order(list(H5PLibrary.objects.order_by("machine_name").values_list("pk", flat=True)))
    text = script_bundle(libraries).decode()
    assert "// end\n;\n" in text or text.endswith("// end\n")
    assert text.removeprefix(GUARD.decode()).startswith(";")
    assert "\ufeff" not in text


@pytest.mark.django_db
def test_addresses_in_style_sheets_lead_to_the_same_files_as_before(activity, client):
    style = (
        b"a{background:url(img/a.png)}b{background:url( '../x.svg' )}c{src:url(data:font/woff;base64,AA)}d{src:url(/x)}"
    )
    content = activity(files(**{f"{MAIN}/question.css": style, f"{MAIN}/img/a.png": b"PNG"}))
    url = in_bundle(content, "samlet.css")
    text = client.get(url).content.decode()
    assert f"url({MAIN}/img/a.png)" in text
    assert f"url('{MAIN}/../x.svg')" in text
    assert "url(data:font/woff;base64,AA)" in text
    assert "url(/x)" in text
    picture = client.get(url.replace("samlet.css", f"{MAIN}/img/a.png"))
    assert b"".join(picture.streaming_content) == b"PNG"
    assert picture["Content-Type"] == "image/png"


@pytest.mark.django_db
def test_style_sheets_that_a_library_does_without_are_left_out(activity):
    shared = library(
        "HandlekraftShared", (2, 1, 0), preloadedJs=[{"path": "shared.js"}], preloadedCss=[{"path": "shared.css"}]
    )
    main = json.loads(files()[f"{MAIN}/library.json"]) | {"dropLibraryCss": [{"machineName": "HandlekraftShared"}]}
    changed = {f"{HELPER}/library.json": shared, f"{HELPER}/shared.css": b".shared{}", f"{MAIN}/library.json": main}
    activity(files(**changed))
    libraries = in_order(list(H5PLibrary.objects.values_list("pk", flat=True)))
    assert b".shared" not in style_bundle(libraries)


@pytest.mark.django_db
def test_a_file_runs_nothing_when_it_is_opened_by_itself(activity, client):
    content = activity(files(**{f"{MAIN}/icon.svg": b"<svg onload='alert(1)'/>"}))
    for path in (f"{MAIN}/icon.svg", f"{MAIN}/question.js"):
        response = client.get(in_bundle(content, "samlet.js").replace("samlet.js", path))
        assert response["Content-Security-Policy"] == "sandbox; default-src 'none'"
        assert response["X-Content-Type-Options"] == "nosniff"
        assert response["Access-Control-Allow-Origin"] == "*"
        assert response.getvalue()


@pytest.mark.django_db
def test_ways_out_that_no_policy_knows_are_taken_away_before_a_librarys_first_line(activity, client):
    content = activity(files(**{f"{MAIN}/question.js": b"\xef\xbb\xbfnew RTCPeerConnection();"}))
    for name in ("samlet.js", f"{MAIN}/question.js"):
        script = client.get(in_bundle(content, "samlet.js").replace("samlet.js", name)).content
        assert script.index(b'"RTCPeerConnection"') < script.index(b"new RTCPeerConnection")
        assert script.startswith(b"for (const name of [")
        assert b"\xef\xbb\xbf" not in script


@pytest.mark.django_db
def test_no_path_leads_out_of_what_the_address_is_for(activity, client):
    one, other = activity(), activity(files(**{"content/hemmelig.txt": b"x"}))
    base = player_url(one).removesuffix("spiller/nb/")
    for path in (
        f"content/{other.current_id}/hemmelig.txt",
        f"content/{one.current_id}/hemmelig.txt",
        f"content/{one.current_id}/../../h5p.json",
        f"content/{one.current_id}/%2e%2e/x",
    ):
        assert client.get(base + path).status_code == 404


# --- an origin of its own ---------------------------------------------------------------------------


@pytest.fixture
def own_origin(settings):
    settings.H5P_PLAYER_ORIGIN = "https://spiller.example"
    settings.PLAYER_HOSTS = ["spiller.example"]
    settings.BASE_URL = "https://handlekraft.example"
    settings.ALLOWED_HOSTS = ["spiller.example", "testserver"]


@pytest.mark.django_db
def test_on_its_own_origin_the_player_is_served_and_nothing_else_is(activity, client, own_origin):
    url = player_url(activity())
    assert url.startswith("https://spiller.example/h5p/s/")
    host = {"headers": {"host": "spiller.example"}}
    response = client.get(url.removeprefix("https://spiller.example"), **host)
    assert response.status_code == 200
    assert "sandbox" not in response["Content-Security-Policy"]
    assert "frame-ancestors https://handlekraft.example" in response["Content-Security-Policy"]
    client.force_login(make_person())
    for path in ("/", "/nb/", "/nb/konto/login/", "/admin/", "/health/", "/k/x/"):
        assert client.get(path, **host).status_code == 404


def test_the_platforms_own_origin_is_refused_as_the_players(monkeypatch):
    import importlib

    from config.settings import base

    for origin in ("http://127.0.0.1:8000", "https://127.0.0.1", "spiller", "https://a.example/x"):
        monkeypatch.setenv("H5P_PLAYER_ORIGIN", origin)
        monkeypatch.setenv("BASE_URL", "http://127.0.0.1:8000")
        with pytest.raises(ImproperlyConfigured):
            importlib.reload(base)
    monkeypatch.undo()
    importlib.reload(base)


@pytest.mark.django_db
def test_a_film_of_the_content_is_moved_about_in_without_being_fetched(activity, client):
    content = activity(files(**{"content/film.mp4": b"0123456789"}))
    url = player_url(content).removesuffix("spiller/nb/") + f"content/{content.current_id}/film.mp4"
    response = client.get(url, headers={"range": "bytes=2-4"})
    assert (response.status_code, b"".join(response.streaming_content)) == (206, b"234")
    assert response["Content-Range"] == "bytes 2-4/10"
    assert client.get(url, headers={"range": "bytes=20-"}).status_code == 416
