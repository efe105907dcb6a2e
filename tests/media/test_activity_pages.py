"""What the learner's browser tells the platform: hers alone, bounded, and harmless whatever it is."""

import json
import uuid

import pytest
from django.urls import reverse
from factories import make_person

from evidence.models import Evidence
from media.models import H5PResult, H5PState, H5PStatement


@pytest.fixture
def ingrid(db):
    return make_person()


@pytest.fixture
def send(as_person, ingrid):
    def post(content, name, body, person=ingrid, query=""):
        data = body if isinstance(body, str | bytes) else json.dumps({"version": content.current_id, **body})
        url = reverse(name, args=[content.public_id]) + query
        return as_person(person).post(url, data, content_type="application/json")

    return post


# --- what she did -----------------------------------------------------------------------------------


def test_a_try_is_taken_in_and_answered_with_where_she_stands(activity, told, send, ingrid):
    content = activity()
    some = send(
        content, "h5p_statements", {"statements": [told(content, raw=1, most=2)]}, query="?regel=passed&minst=60"
    )
    assert some.json() == {"finished": True, "done": False, "percent": 50}
    more = send(
        content, "h5p_statements", {"statements": [told(content, raw=2, most=2)]}, query="?regel=passed&minst=60"
    )
    assert more.json() == {"finished": True, "done": True, "percent": 100}
    assert H5PResult.objects.get().person == ingrid


def test_who_it_was_is_known_from_the_session_and_not_from_what_is_sent(activity, told, send, ingrid):
    content, other = activity(), make_person(email="kari@example.no")
    claimed = told(
        content, actor={"mbox": f"mailto:{other.email}"}, authority={"name": "x"}, stored="2020-01-01T00:00:00Z"
    )
    send(content, "h5p_statements", {"statements": [claimed], "person": str(other.public_id)})
    assert H5PStatement.objects.get().person == ingrid
    assert Evidence.objects.get().occurred_at.year > 2020


def test_nonsense_among_statements_is_left_out_and_the_rest_is_kept(activity, told, send):
    content = activity()
    bad = told(content, raw=None)
    bad["result"] = {"score": {"raw": 5, "max": 2}}
    response = send(content, "h5p_statements", {"statements": [bad, None, "x", {}, told(content)]})
    assert response.json()["done"] is True
    assert H5PStatement.objects.count() == 1


def test_what_another_activity_says_counts_for_neither(activity, told, send):
    one, other = activity(), activity()
    send(one, "h5p_statements", {"statements": [told(other)]})
    assert not H5PResult.objects.exists()


@pytest.mark.parametrize(
    "body",
    [
        b"", b"{", b"[]", b"null", b'{"version": "x"}', b"\xff", b"[" * 5000, b'{"statements": [], "version": 0}',
        b'{"version": true, "statements": []}', b"x" * 70_000,
    ],
)  # fmt: skip
@pytest.mark.parametrize("name", ["h5p_statements", "h5p_state"])
def test_broken_messages_are_refused_and_change_nothing(activity, send, body, name):
    response = send(activity(), name, body)
    assert response.status_code == 400
    assert response.json()["message"]
    assert not H5PStatement.objects.exists()
    assert not H5PState.objects.exists()


def test_too_many_at_once_are_refused(activity, told, send):
    content = activity()
    response = send(content, "h5p_statements", {"statements": [told(content, verb="http://x.no/v") for _ in range(51)]})
    assert response.status_code == 400


def test_a_flood_is_stopped_for_her_and_for_nobody_else(activity, told, send):
    content, other = activity(), make_person()
    many = {"statements": [told(content, verb="http://x.no/v") for _ in range(50)]}
    statuses = [send(content, "h5p_statements", many).status_code for _ in range(60)]
    assert statuses[0] == 200
    assert statuses[-1] == 429
    assert send(content, "h5p_statements", {"statements": [told(content)]}, person=other).status_code == 200


def test_an_activity_that_is_not_there_is_not_found(activity, as_person, ingrid):
    url = reverse("h5p_statements", args=[uuid.uuid4()])
    assert as_person(ingrid).post(url, "{}", content_type="application/json").status_code == 404


def test_a_stranger_is_sent_to_sign_in(activity, client):
    for name in ("h5p_statements", "h5p_state", "h5p_as_text"):
        assert client.post(reverse(name, args=[activity().public_id])).status_code == 302


def test_without_the_token_of_the_page_nothing_is_taken(activity, ingrid):
    from django.test import Client

    client = Client(enforce_csrf_checks=True)
    client.force_login(ingrid)
    url = reverse("h5p_statements", args=[activity().public_id])
    assert client.post(url, "{}", content_type="application/json").status_code == 403


def test_it_takes_few_queries_and_the_same_for_one_statement_and_for_fifty(
    activity, told, as_person, ingrid, django_assert_max_num_queries
):
    content, client = activity(), as_person(ingrid)
    url = reverse("h5p_statements", args=[content.public_id])
    for many in (1, 50):
        statements = [told(content, verb="http://x.no/v") for _ in range(many)]
        body = json.dumps({"version": content.current_id, "statements": statements})
        with django_assert_max_num_queries(9):  # two of them are the savepoint of the test
            client.post(url, body, content_type="application/json")


# --- where she is -----------------------------------------------------------------------------------


def test_her_place_is_kept_and_a_late_one_never_writes_over_a_newer(activity, send):
    content = activity()
    assert send(content, "h5p_state", {"state": '{"a":1}', "sequence": 5}).json() == {"saved": True}
    assert send(content, "h5p_state", {"state": '{"a":0}', "sequence": 4}).json() == {"saved": False}
    assert send(content, "h5p_state", {"state": '{"a":2}', "sequence": 6}).json() == {"saved": True}
    assert H5PState.objects.get().state == '{"a":2}'


@pytest.mark.parametrize(
    "told",
    [
        {"state": "{", "sequence": 1}, {"state": "\x00", "sequence": 1}, {"state": 1, "sequence": 1}, {"sequence": 1},
        {"state": "{}"}, {"state": "{}", "sequence": 0}, {"state": "{}", "sequence": 2**60},
        {"state": "{}", "sequence": True}, {"state": "[" * 3000, "sequence": 1}, {"state": '"\ud800"', "sequence": 1},
    ],
)  # fmt: skip
def test_a_place_that_is_none_is_refused(activity, send, told):
    assert send(activity(), "h5p_state", told).status_code == 400
    assert not H5PState.objects.exists()


def test_a_place_in_another_activitys_version_is_refused(activity, send):
    one, other = activity(), activity()
    body = json.dumps({"version": other.current_id, "state": "{}", "sequence": 1})
    assert send(one, "h5p_state", body).status_code == 400


# --- as text ----------------------------------------------------------------------------------------


def test_who_has_read_the_text_comes_back_to_where_she_was(activity, as_person, ingrid):
    content = activity(as_text="<p>Lytt først.</p>")
    url = reverse("h5p_as_text", args=[content.public_id])
    assert as_person(ingrid).post(url, {"back": "/nb/kurs/a/b/?del=2#x"}).url == "/nb/kurs/a/b/?del=2#x"
    assert as_person(ingrid).post(url, {"back": "https://ondt.example/"}).url == "/nb/"
    assert H5PResult.objects.get().as_text


def test_an_activity_without_text_cannot_be_read_as_text(activity, as_person, ingrid):
    content = activity(as_text='<p data-block-key="x"></p>')
    assert as_person(ingrid).post(reverse("h5p_as_text", args=[content.public_id])).status_code == 404
