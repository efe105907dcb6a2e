"""A package is taken in whole or not at all, its libraries once, and what was left half-way is found and taken away."""

import datetime as dt
import io

import pytest
from django.core.files.storage import storages
from django.utils import timezone
from factories import make_person
from h5p_samples import MAIN, files, library, package

from media.h5p.errors import H5PError
from media.models import H5PContent, H5PFile, H5PLibrary, H5PVersion
from media.services import files as kept_files
from media.services.files import FileGoneError, forget, kept, open_file, orphans, place_of, referenced, strays
from media.services.libraries import AlreadyJudgedError, approve, approved, refuse, waiting_for
from media.services.packages import export, take_in

LATER = timezone.now() + dt.timedelta(days=2)


def upload(contents=None, content=None, **more):
    content = content or H5PContent(title="Første samtale")
    given = {"file": package(contents), "file_name": "samtale.h5p", "by": None, **more}
    return take_in(content=content, **given)


def newer_library(patch: int, script: bytes = b"// better\n"):
    described = library(
        "H5P.HandlekraftQuestion", (1, 0, patch), runnable=1, preloadedJs=[{"path": "question.js"}],
        preloadedCss=[{"path": "question.css"}],
        preloadedDependencies=[{"machineName": "HandlekraftShared", "majorVersion": 2, "minorVersion": 1}],
    )  # fmt: skip
    return files(**{f"{MAIN}/library.json": described, f"{MAIN}/question.js": script})


@pytest.mark.django_db
def test_a_package_becomes_a_version_with_its_libraries_waiting_for_approval():
    taken = upload()
    assert (taken.version.number, taken.version.main) == (1, "H5P.HandlekraftQuestion 1.0")
    assert taken.version.needs == ["HandlekraftShared 2.1", "H5P.HandlekraftQuestion 1.0"]
    assert {str(row) for row in taken.waiting} == {"H5P.HandlekraftQuestion 1.0.3", "HandlekraftShared 2.1.0"}
    assert taken.version.content.current == taken.version
    assert not approved()


@pytest.mark.django_db
def test_who_may_approve_uploads_what_can_be_played_at_once():
    person = make_person()
    taken = upload(by=person, may_approve=True)
    assert taken.waiting == ()
    assert len(approved()) == 2
    assert {row.judged_by for row in H5PLibrary.objects.all()} == {person}


@pytest.mark.django_db
def test_the_same_libraries_and_files_are_kept_once():
    upload(may_approve=True)
    before = set(H5PFile.objects.values_list("pk", flat=True))
    taken = upload(files(**{"content/content.json": {"question": "Hva nå?", "right": 0, "answers": ["Ja", "Nei"]}}))
    assert taken.waiting == ()
    assert H5PLibrary.objects.count() == 2
    assert len(set(H5PFile.objects.values_list("pk", flat=True)) - before) == 2  # content.json and the package


@pytest.mark.django_db
def test_a_second_package_is_the_next_version_and_the_first_stays_as_it_was():
    content = upload(may_approve=True).version.content
    second = upload(
        files(**{"content/content.json": {"question": "Ny", "right": 0, "answers": ["Ja", "Nei"]}}), content
    )
    content.refresh_from_db()
    assert (second.version.number, content.current) == (2, second.version)
    assert content.versions.get(number=1).params["question"] == "Hva gjør du først?"


@pytest.mark.django_db
def test_the_original_comes_out_byte_for_byte():
    whole = package().read()
    version = upload().version
    with export(version) as file:
        assert file.read() == whole
    assert version.size == len(whole)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "changed",
    [
        {"content/x.svg": b"<svg/>"},
        {"h5p.json": None},
        {f"{MAIN}/question.js": None},
        {"content/content.json": {"question": "<script>1</script>", "right": 1, "answers": ["a", "b"]}},
    ],
)
def test_a_package_that_is_refused_leaves_nothing_behind(changed):
    with pytest.raises(H5PError):
        upload(files(**changed))
    assert not H5PContent.objects.exists()
    assert not H5PVersion.objects.exists()
    assert not H5PLibrary.objects.exists()


@pytest.mark.django_db
def test_no_file_at_all_is_refused():
    with pytest.raises(H5PError):
        upload(file=io.BytesIO(b"hei"))


@pytest.mark.django_db
def test_characters_that_databases_refuse_are_left_out():
    described = '{"question": "a\\u0000b \\ud800", "right": 1, "answers": ["Ja", "Nei"]}'
    version = upload(files(**{"content/content.json": described.encode()})).version
    version.refresh_from_db()
    assert version.params["question"] == "ab �"


# --- libraries --------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_higher_patch_waits_and_then_takes_the_place_of_the_lower():
    version = upload(may_approve=True).version
    taken = upload(newer_library(4))
    assert [str(row) for row in taken.waiting] == ["H5P.HandlekraftQuestion 1.0.4"]
    name = taken.waiting[0].name
    assert approved()[name].patch == 3
    approve(taken.waiting, by=None)
    assert approved()[name].patch == 4
    assert version.needs == H5PVersion.objects.get(pk=version.pk).needs


@pytest.mark.django_db
@pytest.mark.parametrize("patch", [2, 3])
def test_a_lower_or_equal_patch_never_takes_the_place_of_what_is_here(patch):
    upload(may_approve=True)
    taken = upload(newer_library(patch, b"// other\n"), may_approve=True)
    assert taken.waiting == ()
    assert H5PLibrary.objects.count() == 2


@pytest.mark.django_db
def test_a_refused_library_does_not_stand_in_the_way_of_the_true_one_of_the_same_patch():
    false = upload(newer_library(3, b"// false\n"))
    for row in false.waiting:
        refuse(row, by=None, reason="Ikke den ekte.")
    true = upload()
    assert waiting_for(true.version)
    approve(true.waiting, by=None)
    assert not waiting_for(true.version)


@pytest.mark.django_db
def test_of_two_that_wait_with_the_same_patch_only_one_is_approved():
    first, second = upload(), upload(newer_library(3, b"// other\n"))
    approve(first.waiting, by=None)
    with pytest.raises(AlreadyJudgedError):
        approve(second.waiting, by=None)
    assert H5PLibrary.objects.filter(state="approved").count() == 2


@pytest.mark.django_db
def test_judging_twice_is_told():
    taken = upload()
    approve(taken.waiting, by=None)
    with pytest.raises(AlreadyJudgedError):
        approve(taken.waiting, by=None)


@pytest.mark.django_db
def test_a_library_that_is_stopped_stops_what_runs_on_it():
    taken = upload(may_approve=True)
    refuse(H5PLibrary.objects.get(machine_name="HandlekraftShared"), by=None, reason="Feil.")
    assert waiting_for(taken.version) == []  # nothing waits: it was refused
    assert "HandlekraftShared" not in {name.machine_name for name in approved()}


# --- what is left behind ----------------------------------------------------------------------------


class CutError(Exception):
    """The machine went off."""


@pytest.mark.django_db
@pytest.mark.parametrize("after", range(1, 8))
def test_cut_off_anywhere_nothing_half_is_left_but_orphans_that_the_clean_up_finds(monkeypatch, after):
    calls = 0
    store = kept_files._store

    def until(*args):
        nonlocal calls
        calls += 1
        if calls > after:
            raise CutError
        store(*args)

    monkeypatch.setattr(kept_files, "_store", until)
    with pytest.raises(CutError):
        upload()
    assert not H5PContent.objects.exists()
    assert not H5PLibrary.objects.exists()
    assert H5PFile.objects.count() == after
    for file in orphans(LATER):
        assert forget(file, LATER)
    assert not H5PFile.objects.exists()
    assert not strays()


@pytest.mark.django_db
def test_cut_off_while_rows_are_written_none_of_them_stays(monkeypatch):
    monkeypatch.setattr(H5PVersion.objects, "create", lambda **fields: (_ for _ in ()).throw(CutError()))
    with pytest.raises(CutError):
        upload()
    assert not H5PContent.objects.exists()
    assert not H5PLibrary.objects.exists()
    assert {file.pk for file in orphans(LATER)} == set(H5PFile.objects.values_list("pk", flat=True))


@pytest.mark.django_db
def test_the_clean_up_leaves_what_is_used_and_what_an_upload_has_just_relied_on():
    upload()
    assert orphans(LATER) == []
    H5PVersion.objects.update(package="0" * 64)
    package_file = next(file for file in orphans(LATER))
    assert orphans() == []  # a moment ago is not a day ago
    upload()  # relies on the same package
    assert not forget(package_file)
    with open_file(package_file.pk) as file:
        assert file.read(2) == b"PK"


@pytest.mark.django_db
def test_what_is_kept_is_counted_and_a_file_past_the_platform_is_found():
    upload()
    told = kept()
    assert told.files == len(referenced()) == H5PFile.objects.count()
    assert told.unused == 0
    storages["private"].save(place_of("f" * 64), io.BytesIO(b"x"))
    assert strays() == [place_of("f" * 64)]
    storages["private"].delete(place_of("f" * 64))


@pytest.mark.django_db
def test_a_file_that_is_gone_is_told_and_comes_back_with_the_next_upload():
    version = upload().version
    storages["private"].delete(place_of(version.package))
    with pytest.raises(FileGoneError):
        export(version)
    upload()
    with export(version) as file:
        assert file.read(2) == b"PK"
