"""The demo: refused where it would be dangerous, the same when made twice, with standings of every kind."""

import re
from decimal import Decimal
from typing import Any

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from accounts.models import User
from agencies.models import Unit
from assessments.models import Attempt
from certification.explaining import explanations
from certification.models import Certification, Standing
from certification.services.replaying import replay
from certification.statuses import DisplayStatus
from config.demo import ACCOUNTS, Account, make_demo
from evidence.models import Evidence
from media.models import H5PContent, Video
from media.services.libraries import is_playable
from reports.models import TallyMonth


def test_the_demo_is_refused_where_passwords_must_be_secret(db: None) -> None:
    assert not settings.DEMO
    with pytest.raises(CommandError, match="refused"):
        call_command("demo")
    assert not User.objects.exists()


def test_the_demo_has_three_agencies_three_hundred_people_and_every_standing_and_can_be_made_twice(db: None) -> None:
    said: list[str] = []
    make_demo(said.append)
    counts = (User.objects.count(), Unit.objects.count(), Standing.objects.count(), Evidence.objects.count())
    assert 280 <= counts[0] <= 330
    assert counts[1] == 21
    assert Unit.objects.filter(is_agency=True).count() == 3
    assert set(Standing.objects.values_list("display", flat=True)) == set(DisplayStatus.values)
    assert set(Certification.objects.values_list("key", flat=True)) == {"grunnkurs", "skole", "politi", "helse"}
    sentences = explanations(Standing.objects.select_related("certification", "cycle"), timezone.localdate())
    assert len(sentences) == counts[2]
    for sentence in sentences.values():
        assert "None" not in sentence
        assert "%(" not in sentence
        assert re.match(r"[A-ZÆØÅ].*\.$", sentence), sentence
    names = "".join(User.objects.values_list("first_name", flat=True))
    assert {"Å", "ø", "á", "க"} <= set(names)
    assert TallyMonth.objects.values("month").distinct().count() >= 20
    sittings = {f"attempt:{one.public_id}": one for one in Attempt.objects.select_related("quiz")}
    for evidence in Evidence.objects.filter(subject=Evidence.Subject.QUIZ, source_ref__startswith="attempt:"):
        attempt = sittings.pop(evidence.source_ref)
        assert (attempt.person_id, attempt.quiz.key) == (evidence.person_id, evidence.subject_key)
        assert attempt.passed is (evidence.result == Evidence.Result.PASSED)
        assert evidence.score == Decimal(attempt.correct or 0) / attempt.total
    assert not sittings  # each is behind one piece of evidence
    assert Attempt.objects.filter(passed=True).count() > 300
    assert {len(one.draw) for one in Attempt.objects.filter(quiz__code="grunnkurs-fornying")} == {5}
    assert Attempt.objects.filter(passed=False).exists()
    assert not replay().differences
    film, activity = Video.objects.get(), H5PContent.objects.get(title="Det du så, og det du tenker")
    assert film.published_at
    assert not film.lacking()
    assert is_playable(activity.current)
    assert not is_playable(H5PContent.objects.get(title="Gamle og nye ord").current)
    client = Client()
    client.force_login(User.objects.get(email="ingrid@fjordvik.example"))
    page = client.get("/nb/kurs/film-og-ovelse/doren-pa-glott/").content.decode()
    assert "<video" in page
    make_demo(said.append)
    assert counts == (
        User.objects.count(), Unit.objects.count(), Standing.objects.count(), Evidence.objects.count(),
    )  # fmt: skip


@pytest.fixture
def demo(db: None, settings: Any) -> None:
    settings.DEMO, settings.DEMO_ACCOUNTS_NEED_MFA = True, False
    for account in ACCOUNTS:
        first, _, last = account.name.partition(" ")
        User.objects.create(email=account.email, first_name=first, last_name=last, is_demo=True)


@pytest.mark.usefixtures("demo")
@pytest.mark.parametrize("account", ACCOUNTS, ids=lambda account: account.email)
def test_the_page_of_the_demo_signs_in_as_each_of_its_accounts(client: Client, account: Account) -> None:
    page = client.get("/nb/demo/").content.decode()
    assert account.name in page
    assert client.get("/nn/demo/").status_code == client.get("/en/demo/").status_code == 200
    home = client.post("/nb/demo/inn/", {"email": account.email}, follow=True)
    assert home.context["user"].email == account.email
    assert f"Du er logget inn som {account.name}." in home.content.decode()


@pytest.mark.usefixtures("demo")
def test_the_page_of_the_demo_signs_in_as_nobody_else(client: Client) -> None:
    real = User.objects.create(email="ekte@fjordvik.example", first_name="Ekte", last_name="Person")
    assert client.post("/nb/demo/inn/", {"email": real.email}).status_code == 404
    User.objects.filter(email=ACCOUNTS[0].email).update(is_demo=False)
    assert client.post("/nb/demo/inn/", {"email": ACCOUNTS[0].email}).status_code == 404
    assert "_auth_user_id" not in client.session


@pytest.mark.django_db
def test_outside_a_demo_there_is_no_such_page(client: Client) -> None:
    assert client.get("/nb/demo/").status_code == 404
    assert client.post("/nb/demo/inn/", {"email": ACCOUNTS[0].email}).status_code == 404
