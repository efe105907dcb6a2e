"""The demo: refused where it would be dangerous, the same when made twice, with standings of every kind."""

import re

import pytest
import yaml
from django.conf import settings
from django.core.management import CommandError, call_command
from django.utils import timezone

from accounts.models import User
from agencies.models import Unit
from certification.explaining import explanations
from certification.models import Standing
from certification.statuses import DisplayStatus
from config.demo import make_demo


def test_the_demo_is_refused_where_passwords_must_be_secret(db: None) -> None:
    assert not settings.DEMO
    with pytest.raises(CommandError, match="refused"):
        call_command("demo")
    assert not User.objects.exists()


def test_the_demo_has_one_municipality_forty_people_and_every_standing_and_can_be_made_twice(db: None) -> None:
    said: list[str] = []
    make_demo(said.append)
    counts = (User.objects.count(), Unit.objects.count(), Standing.objects.count())
    assert counts == (40, 5, 36)
    assert set(Standing.objects.values_list("display", flat=True)) == set(DisplayStatus.values)
    sentences = explanations(Standing.objects.select_related("certification", "cycle"), timezone.localdate())
    assert len(sentences) == 36
    for sentence in sentences.values():
        assert "None" not in sentence
        assert "%(" not in sentence
        assert re.match(r"[A-ZÆØÅ].*\.$", sentence), sentence
    make_demo(said.append)
    assert (User.objects.count(), Unit.objects.count(), Standing.objects.count()) == counts


def _words(value: object) -> int:
    if isinstance(value, dict):
        skipped = ("key", "type", "reference", "contacts", "sources", "file", "rating")
        return sum(_words(inner) for name, inner in value.items() if name not in skipped)
    if isinstance(value, list):
        return sum(_words(inner) for inner in value)
    return len(re.sub(r"<[^>]+>", " ", str(value)).split()) if isinstance(value, str) else 0


def test_each_module_is_written_out_with_a_case_a_law_someone_to_call_and_sources() -> None:
    course = yaml.safe_load((settings.BASE_DIR / "courses" / "content" / "grunnkurs.yaml").read_text())
    assert [module["code"] for module in course["modules"]] == ["F1", "F3"]
    for module in course["modules"]:
        assert 600 <= _words(module["parts"]) <= 1000, module["code"]
        kinds = {block["type"] for part in module["parts"] for block in part["body"]}
        assert {"text", "case", "law", "contacts", "sources"} <= kinds


def test_the_right_answer_is_not_given_away_by_its_length_or_place() -> None:
    bank = yaml.safe_load((settings.BASE_DIR / "assessments" / "content" / "foundation.yaml").read_text())
    assert len(bank["items"]) == 10
    longest = 0
    for item in bank["items"]:
        lengths = {option["key"]: len(option["text_nb"]) for option in item["options"]}
        right = next(option["key"] for option in item["options"] if option["correct"])
        assert max(lengths.values()) <= 1.4 * min(lengths.values()), item["code"]
        longest += lengths[right] == max(lengths.values())
    assert longest <= 3
    places = {next(i for i, o in enumerate(item["options"]) if o["correct"]) for item in bank["items"]}
    assert len(places) == 4
