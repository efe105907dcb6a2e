"""An activity on a page: shown at the reader's place, asked for before the part is done where its author wants that."""

import pytest
from h5p_samples import package, playable_package
from wagtail.blocks import StructBlockValidationError

from courses.blocks import ActivityBlock
from courses.models import EditionPage, PartDone
from media.h5p.xapi import read_statement
from media.models import H5PContent, H5PLibrary
from media.services.libraries import refuse
from media.services.packages import take_in
from media.services.statements import iri_of, read_as_text, take_in_statements
from media.services.states import save_state
from tests.courses.synthetic import block, make_course, make_module, publish, text_part

from factories import make_person  # isort: skip

pytestmark = pytest.mark.django_db


def activity(title="Første samtale", *, approved=True, as_text="<p>Lytt.</p>") -> H5PContent:
    content = H5PContent(title=title, as_text=as_text)
    take_in(content=content, file=package(), file_name="x.h5p", by=None, may_approve=approved)
    return content


def module_with(*contents, **choices):
    """A module of two parts, the first with these activities; its address."""
    value = {"done_when": "finished", "least": 70, "required": True, **choices}
    body = [block("activity", {"activity": content.pk, **value}) for content in contents]
    course = make_course()
    module = make_module(course, parts=[block("part", {"title": "Øv", "body": body}), text_part("Etterpå")])
    course = publish(course)
    return f"/nb/kurs/{course.slug}/{module.slug}/"


def go_on(client, url):
    page = client.get(url)
    reading = page.context["reading"]
    return client.post(reading.part.url, {"part": reading.part.id, "utgave": reading.edition.number}, follow=True)


def does(person, content, raw=1, most=1):
    told = {
        "id": "0d5f9d0e-0000-4000-8000-00000000000" + str(raw), "verb": {"id": "http://adlnet.gov/expapi/verbs/completed"},
        "object": {"id": iri_of(content)}, "result": {"score": {"raw": raw, "max": most}},
    }  # fmt: skip
    take_in_statements(person=person, version=content.current, statements=[read_statement(told)])


def test_a_part_is_not_done_until_what_it_asks_for_is(as_person):
    content, person = activity(), make_person()
    client, url = as_person(person), module_with(content)
    page = go_on(client, url)
    assert page.context["reading"].part.number == 1
    assert "Gjør «Første samtale» før du går videre." in page.content.decode()
    assert not PartDone.objects.exists()
    does(person, content)
    assert go_on(client, url).context["reading"].part.number == 2


def test_the_authors_mark_is_held_and_the_text_is_as_good_as_the_activity(as_person):
    content, person, other = activity(), make_person(), make_person()
    url = module_with(content, done_when="passed", least=80)
    does(person, content, raw=3, most=4)
    assert go_on(as_person(person), url).context["reading"].part.number == 1
    read_as_text(person=other, content=content)
    assert go_on(as_person(other), url).context["reading"].part.number == 2


def test_what_is_not_required_holds_nobody_back(as_person):
    assert go_on(as_person(make_person()), module_with(activity(), required=False)).context["reading"].part.number == 2


def test_what_cannot_be_played_is_not_asked_for(as_person):
    url = module_with(activity(approved=False))
    page = as_person(make_person()).get(url)
    assert "Øvelsen lot seg ikke hente" in page.content.decode()
    assert go_on(as_person(make_person()), url).context["reading"].part.number == 2


def test_a_library_that_is_stopped_never_locks_a_module(as_person):
    url = module_with(activity())
    refuse(H5PLibrary.objects.get(machine_name="HandlekraftShared"), by=None, reason="Feil.")
    assert go_on(as_person(make_person()), url).context["reading"].part.number == 2


def test_who_has_been_through_a_part_is_not_asked_again_when_a_later_edition_asks_for_more(as_person):
    content, person = activity(), make_person()
    client, url = as_person(person), module_with(content, required=False)
    go_on(client, url)
    row = EditionPage.objects.get(is_course=False)
    row.requires = {row.part_ids[0]: [{"activity": content.pk, "rule": "finished", "least": None}]}
    row.save()
    assert go_on(client, url + "?del=1").context["reading"].part.number == 2


def test_her_own_place_is_in_the_page_and_nobody_elses(as_person):
    content, person = activity(), make_person()
    url = module_with(content)
    save_state(person=person, version=content.current, state='{"chosen": 1}', sequence=1)
    mine = as_person(person).get(url).content.decode()
    assert "{&quot;chosen&quot;: 1}" in mine
    assert "Underveis" in mine
    assert "chosen" not in as_person(make_person()).get(url).content.decode()


@pytest.mark.parametrize("many", [1, 8])
def test_a_page_with_activities_asks_the_same_few_times_however_many_there_are(
    as_person, many, django_assert_max_num_queries
):
    url = module_with(*[activity(f"Øvelse {n}") for n in range(many)])
    client = as_person(make_person())
    client.get(url)
    with django_assert_max_num_queries(12):
        page = client.get(url)
    assert page.content.decode().count("<iframe") == many


def test_the_preview_of_a_module_shows_the_activity_and_keeps_nothing(rf):
    content = activity()
    module = EditionPage.objects.get(
        edition__latest=True, is_course=False, slug=module_with(content).rstrip("/").split("/")[-1]
    ).revision.as_object()
    request = rf.get("/")
    request.user = make_person()
    html = module.serve_preview(request, "").render().content.decode()
    assert "<iframe" in html
    assert "data-statements" not in html


def test_what_never_tells_of_its_end_is_not_required_unless_it_can_be_read_as_text():
    silent = activity(as_text="")  # the library of these tests says nothing at all
    required = {"done_when": "finished", "least": None, "required": True}
    with pytest.raises(StructBlockValidationError):
        ActivityBlock().clean({"activity": silent, **required})
    assert ActivityBlock().clean({"activity": silent, **required, "required": False})
    assert ActivityBlock().clean({"activity": activity(as_text="<p>Lytt.</p>"), **required})


def test_what_tells_of_its_end_may_be_required_without_a_text():
    speaking = H5PContent(title="Sier fra")
    take_in(content=speaking, file=playable_package(), file_name="x.h5p", by=None, may_approve=True)
    block = {"activity": speaking, "done_when": "finished", "least": None, "required": True}
    assert ActivityBlock().clean(block)


def test_a_share_must_be_given_where_it_counts():
    content = activity()
    with pytest.raises(StructBlockValidationError):
        ActivityBlock().clean({"activity": content, "done_when": "passed", "least": None, "required": False})
