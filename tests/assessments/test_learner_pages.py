"""What a learner meets: begin, answer, hand in, read what it came to. All through the pages."""

import datetime as dt
import json
import re

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation
from factories import make_grant, make_person, make_unit, with_second_factor

from assessments import services
from assessments.models import Answer, Attempt, Item
from evidence.models import Evidence

pytestmark = pytest.mark.django_db
NOON = "2027-04-20 12:00+02:00"


@pytest.fixture(autouse=True)
def _clock():
    with time_machine.travel(NOON, tick=False), translation.override("nb"):
        yield


def question_url(attempt, number):
    return reverse("attempt_question", args=[attempt.public_id, number])


def result_url(attempt):
    return reverse("attempt_result", args=[attempt.public_id])


def save(client, attempt, **sent):
    body = {"number": 1, "option": "a", "sequence": 1} | sent
    url = reverse("attempt_answer", args=[attempt.public_id])
    return client.post(url, json.dumps(body), content_type="application/json")


def text(response):
    return " ".join(response.content.decode().split())


# --- before ---


def test_the_start_page_says_what_it_takes_and_what_is_left(as_person, learner, quiz, allow):
    allow(learner, quiz)
    page = text(as_person(learner).get("/nb/prove/grunnkurs/"))
    assert "8 spørsmål" in page
    assert "7 av 8 riktige" in page
    assert "3 av 3" in page
    assert "kan ikke veies opp av riktige svar på andre spørsmål" in page
    assert "Begynn prøven" in page


def test_without_leave_nothing_can_be_begun(as_person, learner, quiz):
    client = as_person(learner)
    assert "ikke åpen for deg" in text(client.get("/nb/prove/grunnkurs/"))
    refused = client.post("/nb/prove/grunnkurs/")
    assert refused.status_code == 409
    assert not Attempt.objects.exists()


def test_leave_that_opens_later_says_when(as_person, learner, quiz, allow):
    allow(learner, quiz, opens_on=dt.date(2027, 5, 1))
    assert "Prøven åpner 1. mai 2027" in text(as_person(learner).get("/nb/prove/grunnkurs/"))


def test_beginning_leads_to_the_first_question_and_going_on_to_the_first_unanswered(
    as_person, learner, quiz, allow, answer
):
    allow(learner, quiz)
    client = as_person(learner)
    begun = client.post("/nb/prove/grunnkurs/")
    attempt = Attempt.objects.get()
    assert begun.url == question_url(attempt, 1)
    answer(attempt, "aa-a")
    assert client.post("/nb/prove/grunnkurs/").url == question_url(attempt, 3)
    assert Attempt.objects.count() == 1


def test_a_bank_that_has_run_dry_is_said_and_begins_nothing(as_person, learner, quiz, allow):
    allow(learner, quiz)
    Item.objects.filter(topic__key="plikter").update(retired=True)
    response = as_person(learner).post("/nb/prove/grunnkurs/")
    assert response.status_code == 409
    assert "mangler spørsmål" in text(response)
    assert not Attempt.objects.exists()


def test_a_quiz_that_does_not_exist_is_not_found(as_person, learner):
    assert as_person(learner).get("/nb/prove/ukjent/").status_code == 404


# --- during ---


def test_the_whole_way_without_script_ends_in_a_pass(as_person, learner, quiz, allow):
    allow(learner, quiz)
    client = as_person(learner)
    client.post("/nb/prove/grunnkurs/")
    attempt = Attempt.objects.get()
    for number in range(1, 9):
        page = client.get(question_url(attempt, number))
        assert f"Spørsmål {number} av 8" in text(page)
        moved = client.post(question_url(attempt, number), {"option": "a", "was": "", "go": "next"})
        assert moved.url == question_url(attempt, number + 1)
    assert "Alle spørsmålene er besvart" in text(client.get(question_url(attempt, 9)))
    handed_in = client.post(reverse("attempt_finish", args=[attempt.public_id]), follow=True)
    assert "Bestått. Du svarte riktig på 8 av 8" in text(handed_in)


def test_previous_saves_as_well(as_person, learner, quiz, allow):
    allow(learner, quiz)
    attempt = services.start_attempt(person=learner, quiz=quiz)
    moved = as_person(learner).post(question_url(attempt, 3), {"option": "b", "was": "", "go": "previous"})
    assert moved.url == question_url(attempt, 2)
    assert Answer.objects.get().option == "b"


def test_the_last_page_names_what_is_not_answered(as_person, learner, quiz, allow, answer):
    allow(learner, quiz)
    attempt = services.start_attempt(person=learner, quiz=quiz)
    answer(attempt, "aa-aaa-a")
    page = text(as_person(learner).get(question_url(attempt, 9)))
    assert "2 spørsmål er ikke besvart" in page
    assert "Svar på spørsmål 3" in page
    assert "Svar på spørsmål 7" in page


def test_the_saved_answer_is_chosen_when_she_comes_back_and_the_page_says_when(as_person, learner, quiz, allow, answer):
    allow(learner, quiz)
    attempt = services.start_attempt(person=learner, quiz=quiz)
    answer(attempt, "b")
    page = text(as_person(learner).get(question_url(attempt, 1)))
    assert 'value="b" id="svar-b" checked' in page
    assert "Lagret 12.00" in page


def test_an_untouched_page_does_not_undo_what_was_chosen_on_another_device(as_person, learner, quiz, allow, answer):
    allow(learner, quiz)
    attempt = services.start_attempt(person=learner, quiz=quiz)
    answer(attempt, "b")  # what the desk showed when it was opened
    services.save_answer(attempt=attempt, position=0, option="a", sequence=5)  # the phone, since
    as_person(learner).post(question_url(attempt, 1), {"option": "b", "was": "b", "sequence": "", "go": "next"})
    assert Answer.objects.get().option == "a"


def test_a_choice_that_is_none_of_the_options_is_refused_in_words(as_person, learner, quiz, allow):
    allow(learner, quiz)
    attempt = services.start_attempt(person=learner, quiz=quiz)
    response = as_person(learner).post(question_url(attempt, 1), {"option": "x", "was": ""}, follow=True)
    assert "Svaret ble ikke lagret" in text(response)
    assert not Answer.objects.exists()


@pytest.mark.parametrize("number", [0, 10, 999])
def test_a_question_that_is_not_there_is_not_found(as_person, learner, quiz, allow, number):
    allow(learner, quiz)
    attempt = services.start_attempt(person=learner, quiz=quiz)
    assert as_person(learner).get(question_url(attempt, number)).status_code == 404


def test_the_script_saves_and_hears_when(as_person, learner, quiz, allow):
    allow(learner, quiz)
    attempt = services.start_attempt(person=learner, quiz=quiz)
    response = save(as_person(learner), attempt, number=2, option="c", sequence=7)
    assert response.json() == {"saved": True, "option": "c", "sequence": 7, "at": "12.00"}
    assert Answer.objects.get().position == 1


def test_a_save_that_arrives_late_is_told_what_stands(as_person, learner, quiz, allow):
    allow(learner, quiz)
    attempt = services.start_attempt(person=learner, quiz=quiz)
    client = as_person(learner)
    save(client, attempt, option="b", sequence=9)
    late = save(client, attempt, option="c", sequence=8)
    assert late.status_code == 200
    assert late.json() == {"saved": False, "option": "b", "sequence": 9, "at": "12.00"}


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'{"number": "1", "option": "a", "sequence": 1}',
        b'{"number": 1, "option": "a", "sequence": true}',
        b'{"number": 1, "option": "a", "sequence": -1}',
        b'{"number": 1, "option": "a", "sequence": 9007199254740992}',
        b'{"number": 0, "option": "a", "sequence": 1}',
        b'{"number": 9, "option": "a", "sequence": 1}',
        b'{"number": 1, "option": "x", "sequence": 1}',
        b'{"number": 1, "option": ["a"], "sequence": 1}',
        b"\xff\xfe",
    ],
)
def test_a_broken_save_is_refused_in_words_and_changes_nothing(as_person, learner, quiz, allow, body):
    allow(learner, quiz)
    attempt = services.start_attempt(person=learner, quiz=quiz)
    url = reverse("attempt_answer", args=[attempt.public_id])
    response = as_person(learner).post(url, body, content_type="application/json")
    assert response.status_code == 400
    assert "ikke lagret" in response.json()["message"]
    assert not Answer.objects.exists()


def test_after_the_finish_a_save_is_refused_in_words(as_person, learner, quiz, allow, sit):
    allow(learner, quiz)
    attempt = sit(learner, quiz, "aaaaaaaa")
    client = as_person(learner)
    refused = save(client, attempt, option="b", sequence=99)
    assert refused.status_code == 409
    assert "alt levert" in refused.json()["message"]
    stale = client.post(question_url(attempt, 1), {"option": "b", "was": "a"}, follow=True)
    assert "Det siste svaret ble ikke lagret" in text(stale)
    assert not Answer.objects.exclude(option="a").exists()


def test_back_after_the_finish_leads_to_the_result(as_person, learner, quiz, allow, sit):
    allow(learner, quiz)
    attempt = sit(learner, quiz, "aaaaaaaa")
    client = as_person(learner)
    for number in (1, 8, 9):
        assert client.get(question_url(attempt, number)).url == result_url(attempt)


def test_pages_of_an_attempt_are_not_kept_by_the_browser(as_person, learner, quiz, allow):
    allow(learner, quiz)
    attempt = services.start_attempt(person=learner, quiz=quiz)
    assert "no-store" in as_person(learner).get(question_url(attempt, 1))["Cache-Control"]


def test_the_result_is_not_there_before_the_finish(as_person, learner, quiz, allow, answer):
    allow(learner, quiz)
    attempt = services.start_attempt(person=learner, quiz=quiz)
    answer(attempt, "aa")
    assert as_person(learner).get(result_url(attempt)).url == question_url(attempt, 3)


def test_time_that_runs_out_hands_in_what_is_saved(as_person, learner, quiz, allow, answer):
    quiz.minutes_limit = 20
    quiz.save()
    allow(learner, quiz)
    client = as_person(learner)
    client.post("/nb/prove/grunnkurs/")
    attempt = Attempt.objects.get()
    page = text(client.get(question_url(attempt, 1)))
    assert ">20</span> min" in page
    assert "til 12.20" in page
    answer(attempt, "aaaaaaa")
    with time_machine.travel("2027-04-20 12:21+02:00", tick=False):
        assert save(client, attempt, number=8).status_code == 409
        assert client.get(question_url(attempt, 8)).url == result_url(attempt)
        assert "riktig på 7 av 8" in text(client.get(result_url(attempt)))
    attempt.refresh_from_db()
    assert attempt.finished_at == attempt.deadline_at


# --- after ---


def test_a_pass_shows_why_with_sources_and_the_way_back(as_person, learner, quiz, allow, sit, sourced):
    allow(learner, quiz)
    attempt = sit(learner, quiz, "aaaaaaab")
    page = text(as_person(learner).get(result_url(attempt)))
    assert "Bestått. Du svarte riktig på 7 av 8" in page
    assert "Til stien min" in page
    assert page.count("Fordi gru-") == 8
    assert page.count("Riktig svar:") == 1
    assert "Straffeloven § 196" in page
    assert "Kontrollert 12. april 2027" in page


def test_a_fail_says_what_to_reread_and_when_to_try_again(as_person, learner, quiz, allow, sit):
    allow(learner, quiz)
    attempt = sit(learner, quiz, "aaaaaabb")
    page = text(as_person(learner).get(result_url(attempt)))
    assert "Ikke bestått ennå" in page
    assert "Du svarte riktig på 6 av 8. Det trengs 7." in page
    assert "Torsdag 22. april 2027" in page
    assert "2 av 3" in page
    assert "sette noen i fare" not in page


def test_a_harmful_answer_fails_the_rest_whatever_it_is_and_says_why(as_person, learner, quiz, allow, sit):
    allow(learner, quiz)
    attempt = sit(learner, quiz, "aaaaaaac")
    page = text(as_person(learner).get(result_url(attempt)))
    assert "Ikke bestått ennå. Ett tema gjenstår" in page
    assert "Du svarte riktig på 7 av 8. Det trengs 7. Ett av svarene dine kan sette noen i fare." in page
    assert "Hvorfor teller ett svar så mye?" in page
    assert Evidence.objects.get().result == Evidence.Result.FAILED


def test_after_a_fail_the_right_answers_are_kept_back(as_person, learner, quiz, allow, sit):
    allow(learner, quiz)
    attempt = sit(learner, quiz, "aaaaab-c")
    client = as_person(learner)
    for page in (text(client.get(result_url(attempt))), text(client.get(result_url(attempt) + "?svar=1"))):
        assert not re.search(r"gru-\w\d riktig", page)
        assert "Riktig svar" not in page
    answers = text(client.get(result_url(attempt) + "?svar=1"))
    assert "3 svar å se på en gang til" in answers
    assert answers.count("Fordi gru-") == 3
    assert "Ikke besvart" in answers
    assert "Kan skade" in answers
    assert "farlig" in answers


def test_used_up_attempts_are_said_without_a_date(as_person, learner, quiz, allow, sit):
    allow(learner, quiz, attempts=1)
    attempt = sit(learner, quiz, "bbbbbbbb")
    page = text(as_person(learner).get(result_url(attempt)))
    assert "0 av 1" in page
    assert "kan åpne for flere" in page


def test_handing_in_twice_shows_the_same_result(as_person, learner, quiz, allow, answer):
    allow(learner, quiz)
    attempt = services.start_attempt(person=learner, quiz=quiz)
    answer(attempt, "aaaaaaaa")
    client = as_person(learner)
    url = reverse("attempt_finish", args=[attempt.public_id])
    assert client.post(url).url == client.post(url).url == result_url(attempt)
    assert client.get(url).status_code == 302  # reached by a sign-in in between
    assert Evidence.objects.count() == 1


@pytest.mark.parametrize("language", ["nb", "nn", "en"])
def test_every_page_opens_in_every_language(as_person, learner, quiz, allow, sit, language):
    allow(learner, quiz, cool_down_days=0)
    client = as_person(learner)
    failed = sit(learner, quiz, "bbbbbbbb")
    passed = sit(learner, quiz, "aaaaaaaa")
    allow(learner, quiz, given_for="cycle:2")
    attempt = services.start_attempt(person=learner, quiz=quiz)
    paths = ["prove/grunnkurs/", f"forsok/{attempt.public_id}/1/", f"forsok/{attempt.public_id}/9/"]
    paths += [f"forsok/{one.public_id}/resultat/" for one in (failed, passed)]
    paths += [f"forsok/{failed.public_id}/resultat/?svar=1"]
    for path in paths:
        response = client.get(f"/{language}/{path}")
        assert response.status_code == 200
        assert 'style="' not in response.content.decode()


def test_a_question_is_asked_in_the_readers_language(as_person, learner, quiz, allow, make_item):
    item = Item.objects.get(code="gru-b1")
    item.stem_en = "What is right?"
    item.save()
    version = services.save_item_version(item=item, made_by=None)
    allow(learner, quiz)
    attempt = services.start_attempt(person=learner, quiz=quiz)
    number = next(place for place, one in enumerate(attempt.draw, 1) if one["version"] == version.pk)
    client = as_person(learner)
    assert "What is right?" in text(client.get(f"/en/forsok/{attempt.public_id}/{number}/"))
    assert "Hva er riktig i gru-b1?" in text(client.get(f"/nn/forsok/{attempt.public_id}/{number}/"))


# --- whose it is ---


def all_urls(attempt):
    return [
        question_url(attempt, 1),
        question_url(attempt, 9),
        result_url(attempt),
        result_url(attempt) + "?svar=1",
        reverse("attempt_finish", args=[attempt.public_id]),
    ]


@pytest.mark.parametrize("state", ["open", "finished"])
def test_to_anybody_else_the_attempt_does_not_exist(as_person, quiz, allow, state):
    unit = make_unit()
    learner, stranger = make_person(), make_person("Kari", "Amundsen")
    boss = with_second_factor(make_person("Nina", "Leder"))
    for function in ("manager", "administrator", "trainer", "coordinator"):
        make_grant(boss, unit, function)
    allow(learner, quiz)
    attempt = services.start_attempt(person=learner, quiz=quiz)
    if state == "finished":
        services.finish_attempt(attempt=attempt)
    for person in (stranger, boss):
        client = as_person(person)
        for url in all_urls(attempt):
            assert client.get(url).status_code == 404
            assert client.post(url).status_code in (404, 405)
        assert save(client, attempt).status_code == 404
    assert Attempt.objects.get().state == state
    assert not Answer.objects.exists()


def test_somebody_who_is_not_signed_in_is_sent_to_sign_in(client, learner, quiz, allow):
    allow(learner, quiz)
    attempt = services.start_attempt(person=learner, quiz=quiz)
    for url in [*all_urls(attempt), "/nb/prove/grunnkurs/"]:
        assert client.get(url).url.startswith("/nb/konto/login/")
        assert client.post(url).status_code in (302, 405)
    assert save(client, attempt).status_code == 401
    assert Attempt.objects.get().state == "open"


# --- the same work for one question and for fifty ---


def queries_of(client, url):
    with CaptureQueriesContext(
        connection,
    ) as captured:
        assert client.get(url).status_code == 200
    return len(captured)


@pytest.mark.parametrize("keys", ["a", "b"])
def test_one_question_or_fifty_cost_the_same_queries_and_at_most_twelve(
    as_person, quiz, allow, sit, make_quiz, keys, sourced, source_every_item
):
    counts = {}
    for code, per_topic in (("en", 1), ("femti", 25)):
        asked = make_quiz(code, per_topic)
        # Both draw from the same topics: with sources for some only, the draw would decide how much is read.
        source_every_item(sourced)
        person = make_person()
        allow(person, asked, cool_down_days=0)
        client = as_person(person)
        client.get("/nb/prove/ukjent/")  # the first request of a session writes it
        done = sit(person, asked, keys * 2 * per_topic)
        allow(person, asked, given_for="again")
        attempt = services.start_attempt(person=person, quiz=asked)
        counts[code] = [
            queries_of(client, url)
            for url in (
                question_url(attempt, 1),
                question_url(attempt, attempt.total + 1),
                result_url(done),
                result_url(done) + "?svar=1",
                f"/nb/prove/{code}/",
            )
        ]
    assert counts["en"] == counts["femti"]
    assert max(counts["femti"]) <= 12
