"""What trainers have written comes out as files, and goes in again as it was."""

import pytest
import yaml
from factories import make_person

from common.in_step import Verdict
from courses.curriculum import export_curriculum, load_curriculum
from courses.models import CoursePage
from tests.courses import content_files
from tests.courses.content_files import edit_here, module
from tests.courses.synthetic import make_module, make_picture

pytestmark = pytest.mark.django_db
T1 = content_files.KEYS["T1"]


def test_what_is_exported_and_loaded_is_the_same(load, tmp_path):
    load()
    edit_here()
    target = tmp_path / "out"
    assert export_curriculum(target) == ["prove"]
    assert yaml.safe_load((target / "prove" / "T1.nb.yaml").read_text())["title"] == "Min tittel"
    loaded = load_curriculum(target)
    assert {told.verdict for told in loaded.told} == {Verdict.SAME}
    assert len(loaded.told) == 17  # three facts, the course, its modules and their order, topic, items and test
    again = tmp_path / "again"
    export_curriculum(again)
    for file in sorted(target.rglob("*.yaml")):
        assert file.read_text() == (again / file.relative_to(target)).read_text(), file.name


def test_files_give_back_what_they_say(load, tmp_path, contents):
    """Every kind of block, through the page and back."""
    load()
    target = tmp_path / "out"
    export_curriculum(target)
    for name in ("T1.nb.yaml", "T2.en.yaml"):
        assert yaml.safe_load((target / "prove" / name).read_text()) == contents[name], name


def test_what_markdown_cannot_say_is_kept_as_html(load, tmp_path):
    load()
    page = module()
    page.parts.raw_data[0]["value"]["body"][1]["value"] = (
        f'<p data-block-key="a1">Se <a linktype="page" id="{page.pk}">siden</a>.</p><p data-block-key="b2">Og mer.</p>'
    )
    page.save_revision(user=make_person()).publish()
    target = tmp_path / "out"
    export_curriculum(target)
    body = yaml.safe_load((target / "prove" / "T1.nb.yaml").read_text())["parts"][0]["body"]
    # By its key: the id is this installation's alone.
    assert body[1] == {"text": {"html": f'<p>Se <a linktype="page" key="{T1}.nb">siden</a>.</p><p>Og mer.</p>'}}
    assert {told.verdict for told in load_curriculum(target).told} == {Verdict.SAME}


def test_an_export_agrees_to_nothing(load, contents, tmp_path):
    """A trainer's text is not the repository's because somebody made a copy of it."""
    load()
    edit_here()
    contents["T1.nb.yaml"]["lead"] = "En ny ingress."
    assert load() == {"prove/T1.nb": Verdict.CONFLICT}
    export_curriculum(tmp_path / "copy")
    assert load() == {"prove/T1.nb": Verdict.CONFLICT}
    assert module().title == "Min tittel"


def test_a_module_keeps_its_code_from_one_export_to_the_next(load, tmp_path):
    load()
    course = CoursePage.objects.get(locale__language_code="nb")
    make_module(course, "Ny modul")
    target = tmp_path / "out"

    def codes():
        export_curriculum(target)
        return {one["code"] for one in yaml.safe_load((target / "prove" / "course.yaml").read_text())["modules"]}

    assert codes() == {"T1", "T2", "T3"}
    first = (target / "prove" / "T3.nb.yaml").read_text()
    newer = make_module(course, "Enda en modul")
    newer.move(course, pos="first-child")
    assert codes() == {"T1", "T2", "T3", "T4"}
    assert (target / "prove" / "T3.nb.yaml").read_text() == first
    stray = target / "prove" / "T1.en.yaml"
    stray.write_text("title: Gone", encoding="utf-8")
    export_curriculum(target)
    assert not stray.exists()


def test_a_trainers_own_picture_comes_along_and_none_is_written_elsewhere(load, tmp_path):
    load()
    hostile, plain = make_picture(), make_picture()
    hostile.title = f"prove/{tmp_path}/ute.png"
    hostile.save()
    page = module()
    for picture in (hostile, plain):
        image = {"image": {"image": picture.pk, "alt_text": "En dør", "decorative": False}}
        page.parts.raw_data[0]["value"]["body"].append({"type": "image", "id": str(picture.pk), "value": image})
    page.save_revision(user=make_person()).publish()
    target = tmp_path / "out"
    export_curriculum(target)
    assert not (tmp_path / "ute.png").exists()
    assert len(list((target / "prove" / "images").iterdir())) == 1  # they hold the same
    assert {told.verdict for told in load_curriculum(target).told} == {Verdict.SAME}
