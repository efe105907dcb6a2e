"""Courses as files: loaded once, changed where the file is newer, never over what a trainer has written."""

import copy
import io

import pytest
import yaml
from django.core.management import CommandError, call_command
from factories import make_person
from PIL import Image

from assessments.models import Item, ItemVersion, Quiz
from common.in_step import Verdict
from courses.curriculum import ContentFileError, export_curriculum, load_curriculum
from courses.models import CoursePage, Edition, EditionPage, LearningPath, LoadedContent, ModulePage
from courses.reading import course_overview
from facts.models import Source
from media.models import Picture
from tests.courses import content_files
from tests.courses.content_files import edit_here, held_by, module
from tests.courses.synthetic import make_picture

pytestmark = pytest.mark.django_db
T1 = content_files.KEYS["T1"]


def test_a_course_is_loaded_in_all_its_languages_as_one_edition_and_the_second_time_nothing_changes(load):
    assert set(load().values()) == {Verdict.ADD}
    edition = Edition.objects.get()
    assert edition.number == 1
    assert sorted(edition.pages.values_list("language", "title")) == [
        ("en", "Second module"), ("en", "Trial"), ("nb", "Andre modul"), ("nb", "Første modul"), ("nb", "Prøvekurset"),
        ("nn", "Første modulen"), ("nn", "Prøvekurset på nynorsk"),
    ]  # fmt: skip
    assert list(edition.pages.get(title="Første modul").part_ids) == ["begynn", "slutt"]
    assert load() == {}
    assert Edition.objects.count() == 1
    assert ItemVersion.objects.count() == Item.objects.count() == 2


def test_its_path_is_the_course_and_its_test(load):
    load()
    path = LearningPath.objects.get(key="prove")
    quiz = Quiz.objects.get()
    assert [(step.course_key and str(step.course_key), step.quiz) for step in path.steps.all()] == [
        (content_files.KEYS["course"], None), (None, quiz),
    ]  # fmt: skip
    assert {item.read_about.translation_key for item in Item.objects.all()} == {module().translation_key}


def test_every_part_opens_for_a_learner_on_paper_and_in_preview(load, as_person):
    load()
    client = as_person(make_person())
    for page in ModulePage.objects.exclude(translated=False):
        for number in (1, 2):
            answer = client.get(f"{page.url}?del={number}")
            assert answer.status_code == 200
            assert answer.context["reading"].part.number == number
        assert page.make_preview_request().status_code == 200
    text = client.get(f"{module().url}?del=1").content.decode()
    assert "Etter modulen kan du" in text
    assert "<li>se et mønster</li>" in text
    last = client.get(f"{module().url}?del=2").content.decode()
    assert "Gruppeoppgave, 15 minutter" in last
    assert "<li>Hvem?</li>" in last
    assert client.get(f"{module().url}utskrift.pdf")["Content-Type"] == "application/pdf"


def test_a_module_that_is_not_translated_has_its_own_title_over_the_text_in_bokmal(load, as_person):
    load()
    person = make_person()
    client = as_person(person)
    answer = client.get("/en/kurs/trial/second/")
    reading, text = answer.context["reading"], answer.content.decode()
    assert (reading.title, reading.language, reading.text_language) == ("Second module", "en", "nb")
    assert reading.objectives == ("see",)
    assert '<div class="hk-prose hk-part" lang="nb">' in text
    assert "Begynn her" in text
    [course] = course_overview(course_keys=[CoursePage.objects.first().translation_key], person=person, language="en")
    assert [one.title for one in course.modules] == ["Første modul", "Second module"]
    assert client.get("/nb/kurs/provekurset/forste-modul/").context["reading"].not_translated is False


def test_a_correction_of_the_original_is_read_where_it_is_not_translated(load, contents, as_person):
    load()
    contents["T2.nb.yaml"]["parts"][0]["title"] = "Rettet"
    load()
    assert "Rettet" in as_person(make_person()).get("/en/kurs/trial/second/").content.decode()


def test_a_dry_run_tells_and_changes_nothing(load, contents):
    assert set(load(dry_run=True).values()) == {Verdict.ADD}
    assert not CoursePage.objects.exists()
    assert not LoadedContent.objects.exists()
    load()
    contents["T1.nb.yaml"]["title"] = "Ny tittel"
    assert load(dry_run=True) == {"prove/T1.nb": Verdict.CHANGE}
    assert (module().title, Edition.objects.count()) == ("Første modul", 1)


def test_edited_files_make_one_new_edition_and_new_versions_of_items(load, contents):
    load()
    contents["T1.nb.yaml"]["title"] = "Ny tittel"
    contents["T2.nb.yaml"]["parts"][0]["body"][1] = {"text": "Ny tekst.\n"}
    contents["bank.yaml"]["items"][0]["stem_nb"] = "Et bedre spørsmål?"
    assert load() == {
        "prove/T1.nb": Verdict.CHANGE, "prove/T2.nb": Verdict.CHANGE, "prove/T-01": Verdict.CHANGE,
    }  # fmt: skip
    assert list(Edition.objects.order_by("number").values_list("number", "latest")) == [(1, False), (2, True)]
    assert Item.objects.get(code="T-01").versions.count() == 2
    assert load() == {}


def test_what_a_trainer_has_written_is_never_overwritten_silently(load, contents):
    load()
    edit_here()
    assert load() == {"prove/T1.nb": Verdict.EDITED}
    contents["T1.nb.yaml"]["lead"] = "En ny ingress i filen."
    assert load() == {"prove/T1.nb": Verdict.CONFLICT}
    assert module().title == "Min tittel"
    assert load(overwrite=["prove/T1.nb"]) == {"prove/T1.nb": Verdict.OVERWRITE}
    assert (module().title, module().lead) == ("Første modul", "En ny ingress i filen.")
    assert load() == {}


def test_a_draft_that_nobody_has_published_is_a_trainers_too(load, contents):
    load()
    page = module()
    page.title = "Halvferdig"
    page.save_revision(user=make_person())
    contents["T1.nb.yaml"]["lead"] = "Ny ingress."
    assert load() == {"prove/T1.nb": Verdict.CONFLICT}
    assert module().get_latest_revision_as_object().title == "Halvferdig"


def test_an_item_that_its_author_has_edited_is_left(load, contents):
    load()
    item = Item.objects.get(code="T-01")
    item.stem_nb = "Slik vil jeg ha det."
    item.save()
    contents["bank.yaml"]["items"][0]["why_nb"] = "En annen grunn."
    assert load() == {"prove/T-01": Verdict.CONFLICT}
    item.refresh_from_db()
    assert item.stem_nb == "Slik vil jeg ha det."


def test_modules_stand_in_the_order_of_the_file(load, contents):
    load()
    contents["course.yaml"]["modules"].reverse()
    load()
    latest = Edition.objects.get(latest=True)
    titles = EditionPage.objects.filter(edition=latest, language="nb", is_course=False).order_by("position")
    assert list(titles.values_list("title", flat=True)) == ["Andre modul", "Første modul"]


def test_a_module_that_is_new_in_the_file_stands_where_the_file_has_it(load, contents):
    load()
    third = copy.deepcopy(contents["T1.nb.yaml"]) | {"title": "Tredje modul", "slug": "tredje-modulen"}
    contents["T3.nb.yaml"] = third
    shared = {"code": "T3", "key": "3f5d8f0c-6c43-4f2e-9a70-6a1e8b1f0a99"}
    contents["course.yaml"]["modules"].insert(0, contents["course.yaml"]["modules"][0] | shared)
    assert load() == {"prove/T3.nb": Verdict.ADD, "prove/order.nb": Verdict.CHANGE}
    here = ModulePage.objects.filter(locale__language_code="nb").order_by("path")
    assert list(here.values_list("title", flat=True)) == ["Tredje modul", "Første modul", "Andre modul"]
    assert load() == {}


def test_a_draft_course_is_there_for_trainers_and_not_for_learners(load, contents):
    contents["course.yaml"]["draft"] = True
    del contents["bank.yaml"]
    load()
    assert set(CoursePage.objects.values_list("live", flat=True)) == {False}
    assert ModulePage.objects.filter(live=False).count() == 4
    assert not Edition.objects.exists()
    assert load() == {}
    del contents["course.yaml"]["draft"]
    assert set(load().values()) == {Verdict.CHANGE}
    assert Edition.objects.get().pages.count() == 7
    contents["course.yaml"]["draft"] = True
    load()
    assert not Edition.objects.filter(latest=True).exists()
    assert load() == {}


def test_what_a_trainer_has_unpublished_is_not_published_again(load, contents, tmp_path):
    load()
    module().unpublish()
    assert load() == {"prove/T1.nb": Verdict.EDITED}
    contents["T1.nb.yaml"]["lead"] = "En ny ingress."
    assert load() == {"prove/T1.nb": Verdict.CONFLICT}
    assert not module().live
    export_curriculum(tmp_path / "out")
    assert {told.verdict for told in load_curriculum(tmp_path / "out").told} == {Verdict.SAME}
    assert not module().live


def test_a_picture_is_made_once_and_comes_out_again(load, contents, tmp_path):
    picture = make_picture()
    images = tmp_path / "prove" / "images"
    images.mkdir(parents=True)
    (images / "dor.png").write_bytes(held_by(picture))
    contents["T1.nb.yaml"]["parts"][0]["body"].append({"image": {"file": "dor.png", "alt": "En dør på gløtt"}})
    load()
    assert load() == {}
    export_curriculum(tmp_path / "out")
    assert (tmp_path / "out" / "prove" / "images" / "dor.png").stat().st_size > 0
    assert {told.verdict for told in load_curriculum(tmp_path / "out").told} == {Verdict.SAME}


def test_a_translation_that_somebody_has_begun_is_kept(load, contents, tmp_path):
    load()
    begun = module("en", content_files.KEYS["T2"])
    begun.parts = module().parts
    begun.save_revision(user=make_person())
    contents["T2.en.yaml"]["lead"] = "Another lead."
    assert load() == {"prove/T2.en": Verdict.CONFLICT}
    load(overwrite=["prove/T2.en"])
    latest = module("en", content_files.KEYS["T2"]).get_latest_revision_as_object()
    assert (latest.lead, len(latest.parts)) == ("Another lead.", 2)
    export_curriculum(tmp_path / "out")
    assert len(yaml.safe_load((tmp_path / "out" / "prove" / "T2.en.yaml").read_text())["parts"]) == 2


def test_a_picture_that_is_another_takes_the_place_of_the_old_one(load, contents, tmp_path):
    images = tmp_path / "prove" / "images"
    images.mkdir(parents=True)
    contents["T1.nb.yaml"]["parts"][0]["body"].append({"image": {"file": "dor.png", "alt": "En dør på gløtt"}})
    for color in ("purple", "yellow"):
        made = io.BytesIO()
        Image.new("RGB", (40, 20), color).save(made, "PNG")
        (images / "dor.png").write_bytes(made.getvalue())
        load()
        picture = Picture.objects.get(title="prove/dor.png")
        assert held_by(picture) == made.getvalue()
        picture.get_rendition("width-20")
    (images / "dor.txt").write_text("x")
    with pytest.raises(ContentFileError, match=r"prove/images/dor\.txt: is no picture"):
        load()


@pytest.mark.parametrize(
    ("file", "change", "message"),
    [
        ("T1.nb.yaml", lambda one: one.pop("lead"), "prove/T1.nb.yaml: lacks lead"),
        (
            "T1.nb.yaml",
            lambda one: one["parts"][1]["body"].append({"sources": ["borte"]}),
            "none of the sources called borte",
        ),
        (
            "T1.nb.yaml",
            lambda one: one["parts"][0]["body"].append({"law": {"reference": "borte", "text": "x"}}),
            "laws",
        ),
        ("T1.nb.yaml", lambda one: one["parts"][0].update(title="x" * 200), "prove/T1.nb.yaml"),
        ("T1.nb.yaml", lambda one: one["parts"][0].pop("key"), "KeyError"),
        ("course.yaml", lambda one: one["modules"].pop(), "T2.en.yaml: course.yaml has no such module"),
        ("bank.yaml", lambda one: one["items"][0].update(sources=["borte"]), "bank.yaml: T-01: no sources borte"),
        ("bank.yaml", lambda one: one["items"][0]["options"][0].update(correct=False), "bank.yaml: T-01"),
        ("bank.yaml", lambda one: one["items"][0].update(read_about="T9"), "bank.yaml: T-01: no module T9"),
        ("bank.yaml", lambda one: one["quiz"]["draws"][0].update(topic="borte"), "bank.yaml: quiz: no topic borte"),
        ("bank.yaml", lambda one: one["quiz"].update(pass_mark=1000), "prove: "),
        ("T1.nb.yaml", lambda one: one.update(parts=[]), "has no parts"),
        ("T1.nb.yaml", lambda one: one.update(translated=False, parts=[]), "has no parts"),
        (
            "T1.nb.yaml",
            lambda one: one["parts"][0]["body"].append({"tekst": "Borte.\n"}),
            "no kind of block called tekst",
        ),
        (
            "T1.nb.yaml",
            lambda one: one["parts"][0]["body"][4]["question"].update(brances=[]),
            "not all of it can be kept",
        ),
        ("T1.nb.yaml", lambda one: one.update(slug="x" * 300), "prove/T1.nb.yaml"),
        ("T2.nb.yaml", lambda one: one.update(slug="forste-modul"), "prove/T2.nb.yaml"),
        ("course.yaml", lambda one: one["modules"][0].pop("key"), "prove: KeyError"),
        ("course.yaml", lambda one: one["nn"].pop("title"), "prove: KeyError"),
    ],
)
def test_a_file_that_is_wrong_is_named_and_nothing_is_loaded(load, contents, file, change, message):
    change(contents[file])
    with pytest.raises(ContentFileError, match=message):
        load()
    assert not CoursePage.objects.exists()
    assert not Item.objects.exists()


@pytest.mark.parametrize("text", ["[", "- a", "\x00"])
def test_what_is_no_file_of_a_course_is_named(load, contents, text):
    contents["T1.nb.yaml"] = text
    with pytest.raises(ContentFileError, match=r"prove/T1\.nb\.yaml"):
        load()


def test_facts_that_are_wrong_are_named(load, contents, tmp_path):
    folder = content_files.write(tmp_path, contents)
    (folder / "facts.yaml").write_text("sources: [{key: x, publisher: y, farge: z}]", encoding="utf-8")
    with pytest.raises(ContentFileError, match=r"facts\.yaml: TypeError"):
        load_curriculum(folder)
    (folder / "facts.yaml").write_text("terms: [{key: x, source: borte}]", encoding="utf-8")
    with pytest.raises(ContentFileError, match=r"facts\.yaml: .*unknown source borte"):
        load_curriculum(folder)


def test_a_module_without_bokmal_is_missing(load, contents, tmp_path):
    del contents["T2.nb.yaml"]
    with pytest.raises(ContentFileError, match=r"T2\.nb\.yaml: there is no such file"):
        load()


def test_the_commands_say_what_they_did(tmp_path, contents):
    folder = content_files.write(tmp_path, contents)

    def run(*arguments):
        out = io.StringIO()
        call_command(*arguments, stdout=out)
        return out.getvalue()

    assert "This would be: 11 added, 3 as they were." in run("content_load", str(folder), "--dry-run")
    assert "prove/T1.nb: added" in run("content_load", str(folder))
    assert "Nothing to change: 14 pieces" in run("content_load", str(folder))
    changed = copy.deepcopy(contents)
    changed["T1.nb.yaml"]["title"] = "Ny tittel"
    content_files.write(tmp_path, changed)
    assert "+title: Ny tittel" in run("content_load", str(folder), "--dry-run")
    edit_here()
    told = run("content_load", str(folder))
    assert "prove/T1.nb: LEFT" in told
    assert "-title: Min tittel" in told
    with pytest.raises(CommandError, match=r"there is no prove/T9\.nb"):
        call_command("content_load", str(folder), "--overwrite", "prove/T9.nb")
    with pytest.raises(CommandError, match="there is no course borte"):
        call_command("content_load", str(folder), "--course", "borte")
    with pytest.raises(CommandError, match="There is no folder"):
        call_command("content_load", str(tmp_path / "borte"))
    with pytest.raises(CommandError, match="There is no course borte"):
        call_command("content_export", str(tmp_path / "out"), "--course", "borte")
    assert "Written: prove." in run("content_export", str(tmp_path / "out"))
    assert Source.objects.exists()
