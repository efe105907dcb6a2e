"""The questions that come with the platform can be brought in, again and again, and can be asked."""

import pytest
import yaml
from factories import make_person
from wagtail.models import Page

from assessments import services
from assessments.content import FOUNDATION, ContentError, load_items
from assessments.models import Item, ItemVersion, Quiz
from facts.content import load_facts

pytestmark = pytest.mark.django_db
READ = yaml.safe_load(FOUNDATION.read_text(encoding="utf-8"))


@pytest.fixture
def pages():
    root = Page.objects.get(depth=1)
    return {code: root.add_child(instance=Page(title=code, slug=code.lower())) for code in ("F1", "F3")}


@pytest.fixture
def _facts():
    load_facts()


@pytest.mark.usefixtures("_facts")
def test_the_foundation_is_brought_in_once(pages):
    first = load_items(pages_by_code=pages)
    second = load_items(pages_by_code=pages)
    assert first == second == Quiz.objects.get()
    assert str(first.key) == READ["quiz"]["key"]
    assert Item.objects.count() == ItemVersion.objects.count() == len(READ["items"]) == 10
    assert {item.read_about.title for item in Item.objects.all()} == {"F1", "F3"}
    assert all(item.options.count() >= 3 for item in Item.objects.all())


@pytest.mark.usefixtures("_facts")
def test_its_quiz_can_be_sat_and_passed(pages, learner, allow):
    quiz = load_items(pages_by_code=pages)
    allow(learner, quiz)
    attempt = services.start_attempt(person=learner, quiz=quiz)
    versions = ItemVersion.objects.in_bulk([one["version"] for one in attempt.draw])
    for position, one in enumerate(attempt.draw):
        options = versions[one["version"]].content["options"]
        right = next(option["key"] for option in options if option["correct"])
        services.save_answer(attempt=attempt, position=position, option=right, sequence=1)
    assert services.finish_attempt(attempt=attempt).passed


@pytest.mark.usefixtures("_facts")
def test_what_an_author_has_edited_is_left_alone(pages):
    load_items(pages_by_code=pages)
    item = Item.objects.get(code="F-01")
    item.stem_nb = "Slik vil jeg ha det."
    item.save()
    services.save_item_version(item=item, made_by=make_person())
    load_items(pages_by_code=pages)
    item.refresh_from_db()
    assert item.stem_nb == "Slik vil jeg ha det."
    assert item.versions.count() == 2


@pytest.mark.usefixtures("_facts")
def test_a_new_wording_in_the_file_is_a_new_version(pages, tmp_path):
    load_items(pages_by_code=pages)
    file = tmp_path / "items.yaml"
    file.write_text(FOUNDATION.read_text(encoding="utf-8").replace("Hvem har avvergingsplikt", "Hvem må avverge"))
    load_items(file, pages_by_code=pages)
    assert Item.objects.get(code="F-02").versions.count() == 2
    assert ItemVersion.objects.count() == 11


def test_a_source_that_is_not_there_is_named_and_nothing_is_brought_in(pages):
    with pytest.raises(ContentError, match="F-01: no sources"):
        load_items(pages_by_code=pages)
    assert not Item.objects.exists()


@pytest.mark.parametrize("language", ["nb", "nn", "en"])
@pytest.mark.parametrize("row", READ["items"], ids=lambda row: row["code"])
def test_the_right_answer_is_not_given_away_by_its_length(row, language):
    """Evened out: the right answer never stands out as by far the longest."""
    lengths = {option["correct"]: [] for option in row["options"]}
    for option in row["options"]:
        lengths[option["correct"]].append(len(option[f"text_{language}"]))
    assert lengths[True][0] <= 1.5 * max(lengths[False])
