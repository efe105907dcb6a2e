"""A document has the permissions of the pages it is on; a picture without words is not published."""

import pytest
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from factories import make_grant, make_person, make_unit, with_second_factor
from wagtail.models import Collection, CollectionViewRestriction
from wagtail.test.utils.form_data import inline_formset, nested_form_data, rich_text, streamfield

from agencies.models import Grant
from courses.models import CoursePage, ModulePage
from courses.services import ensure_site, sync_trainer
from media.models import DocumentFile
from tests.courses.synthetic import block, make_course, make_document, make_module, make_picture, publish

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _site():
    ensure_site()


@pytest.fixture
def trainer():
    person = with_second_factor(make_person("Tone", "Fagansvarlig"))
    make_grant(person, make_unit(), Grant.Function.TRAINER)
    sync_trainer(person_id=person.pk)
    return person


def shows(document: DocumentFile) -> dict:
    return block("document", {"document": document.pk, "title": "Arket", "text": "Til lomma"})


def links(document: DocumentFile) -> dict:
    return block("text", f'<p>Se <a id="{document.pk}" linktype="document">arket</a></p>')


def inside(document: DocumentFile) -> dict:
    text = f'<p><a linktype="document" id="{document.pk}">arket</a></p>'
    return block("details", {"summary": "Mer", "text": text})


def ask(client, document: DocumentFile):
    """The answer, read to its end: what it held is its `body`."""
    response = client.get(document.url)
    response.body = b"".join(response.streaming_content) if response.streaming else response.content
    return response


def publish_with(*blocks: dict, slug: str = "kurset") -> CoursePage:
    course = make_course(slug=slug)
    make_module(course, "Modulen", [block("part", {"title": "Del", "body": list(blocks)})], slug="modulen")
    return publish(course)


@pytest.mark.parametrize("used", [shows, links, inside])
def test_whoever_is_signed_in_opens_what_a_published_page_uses(as_person, used):
    document = make_document()
    publish_with(used(document))
    response = ask(as_person(make_person()), document)
    assert response.status_code == 200
    assert response.body == b"%PDF-1.7 ark"


@pytest.mark.parametrize("published", [True, False])
def test_a_stranger_is_asked_to_sign_in(client, published):
    document = make_document()
    if published:
        publish_with(shows(document))
    response = ask(client, document)
    assert response.status_code == 302
    assert response["Location"].startswith(f"{reverse('account_login')}?next=/dokumenter/")


def test_what_is_on_no_page_is_the_trainers_own(as_person, trainer):
    document = make_document()
    assert ask(as_person(make_person()), document).status_code == 404
    assert ask(as_person(trainer), document).status_code == 200


def test_a_draft_does_not_give_it_out_and_a_publish_does(as_person):
    document = make_document()
    course = publish_with(block("text", "<p>Tekst</p>"))
    module = ModulePage.objects.child_of(course).get()
    parts = [block("part", {"title": "Del", "body": [shows(document)]})]
    module.parts = ModulePage._meta.get_field("parts").stream_block.to_python(parts)
    revision = module.save_revision()
    client = as_person(make_person())
    assert ask(client, document).status_code == 404
    revision.publish()
    assert ask(client, document).status_code == 200


@pytest.mark.parametrize("what", ["module", "course"])
def test_what_is_unpublished_takes_its_documents_along(as_person, what):
    document = make_document()
    course = publish_with(shows(document))
    {"course": course, "module": ModulePage.objects.child_of(course).get()}[what].unpublish()
    assert ask(as_person(make_person()), document).status_code == 404


def test_what_a_page_no_longer_shows_is_closed_again(as_person):
    kept, dropped = make_document(), make_document()
    course = publish_with(shows(kept), shows(dropped))
    module = ModulePage.objects.child_of(course).get()
    parts = [block("part", {"title": "Del", "body": [shows(kept)]})]
    module.parts = ModulePage._meta.get_field("parts").stream_block.to_python(parts)
    publish(module)
    client = as_person(make_person())
    assert ask(client, kept).status_code == 200
    assert ask(client, dropped).status_code == 404


def test_the_restrictions_of_its_collection_hold_on_top(as_person):
    collection = Collection.get_first_root_node().add_child(name="Med passord")
    CollectionViewRestriction.objects.create(collection=collection, restriction_type="password", password="x" * 12)
    document = make_document(collection=collection)
    publish_with(shows(document))
    response = ask(as_person(make_person()), document)
    assert b"%PDF" not in response.body


def test_it_asks_as_much_on_one_page_as_on_many(as_person):
    counts = []
    for pages in (1, 8):
        document = make_document()
        for number in range(pages):
            publish_with(shows(document), links(document), slug=f"kurs-{pages}-{number}")
        client = as_person(make_person())
        ask(client, document)
        with CaptureQueriesContext(connection) as queries:
            assert ask(client, document).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 12


@pytest.mark.parametrize(
    ("name", "kind", "way"),
    [
        ("ark.pdf", "application/pdf", "inline"),
        ("ark.docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", "attachment"),
        ("ark.html", "text/html", "attachment"),  # from before there was a list of what may be uploaded
        ("ark.svg", "image/svg+xml", "attachment"),
    ],
)
def test_it_is_served_as_what_it_is_and_never_run(as_person, name, kind, way):
    document = make_document(name, b"<script>alert(1)</script>")
    publish_with(shows(document))
    response = ask(as_person(make_person()), document)
    assert response["Content-Type"] == kind
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Disposition"].startswith(way)
    assert "default-src 'none'" in response["Content-Security-Policy"]


def test_a_file_that_is_replaced_is_not_taken_for_the_one_the_browser_has(as_person):
    document, client = make_document(), as_person(make_person())
    publish_with(shows(document))
    tag = ask(client, document)["ETag"]
    assert client.get(document.url, headers={"if-none-match": tag}).status_code == 304
    document.file = ContentFile(b"%PDF-1.7 et nytt ark", name="ark.pdf")
    document.save()
    assert ask(client, document)["ETag"] != tag


def test_the_page_shows_kind_and_size_and_links_it(as_person):
    block_, link = make_document("skjema.pdf", b"%PDF-1.7" + b"x" * 5000), make_document()
    publish_with(shows(block_), links(link), block("document", {"document": 9999, "title": "Borte", "text": ""}))
    page = as_person(make_person()).get("/nb/kurs/kurset/modulen/").content.decode()
    assert f'<a class="ds-link" href="{block_.url}">Arket</a>' in page
    assert "PDF, 4,9\xa0KB" in page
    assert "Til lomma" in page
    assert f'<a href="{link.url}">arket</a>' in page
    assert "Borte" not in page


# --- in the admin ---------------------------------------------------------------------------------


def upload(client, name: str, content: bytes):
    file = SimpleUploadedFile(name, content)
    data = {"title": "Ark", "files[]": file, "collection": Collection.get_first_root_node().pk}
    headers = {"x-requested-with": "XMLHttpRequest"}
    return client.post(reverse("wagtaildocs:add_multiple"), data, headers=headers).json()


def test_a_trainer_uploads_a_document(as_person, trainer):
    answer = upload(as_person(trainer), "ark.pdf", b"%PDF-1.7 et ark")
    assert answer["success"]
    assert DocumentFile.objects.get().file_size == 15


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("side.html", b"<html>", "kan ikke lastes opp"),
        ("bilde.svg", b"<svg/>", "kan ikke lastes opp"),
        ("ark.pdf", b"<html><script>", "Dette er ingen pdf-fil"),
    ],
)
def test_what_may_not_be_uploaded_is_refused_in_words(as_person, trainer, name, content, said):
    answer = upload(as_person(trainer), name, content)
    assert not answer["success"]
    assert said in answer["error_message"]
    assert not DocumentFile.objects.exists()


def add_module(client, course: CoursePage, *blocks: tuple):
    part = {"title": "Del", "body": streamfield(list(blocks))}
    data = {
        "title": "M",
        "slug": "m",
        "lead": "L",
        "minutes": 5,
        "translated": "on",
        "parts": streamfield([("part", part)]),
    }
    url = reverse("wagtailadmin_pages:add", args=["courses", "modulepage", course.pk])
    return client.post(url, nested_form_data({**data, "comments": inline_formset([]), "action-publish": "1"}))


def test_a_picture_with_neither_words_nor_the_word_that_it_is_decoration_is_refused(as_person, trainer):
    course, client = publish(make_course()), as_person(trainer)
    image = {"image": make_picture().pk, "alt_text": ""}
    response = add_module(client, course, ("image", {"image": image}))
    assert response.status_code == 200
    assert not ModulePage.objects.exists()
    (error,) = response.context["form"].errors["parts"].as_data()
    assert "alt_text" in repr(error.block_errors) or "alt_text" in str(error.as_json_data())
    response = add_module(client, course, ("image", {"image": image | {"alt_text": "En åpen dør"}}))
    assert response.status_code == 302
    assert ModulePage.objects.get().live


def test_a_trainer_writes_a_card_and_a_document_in_the_admin(as_person, trainer):
    course, document = publish(make_course()), make_document()
    rows = streamfield([("item", {"label": "Hvem ringer jeg?", "hint": ""})])
    response = add_module(
        as_person(trainer),
        course,
        ("action_card", {"title": "Kort", "lead": "", "rows": rows, "contacts": streamfield([])}),
        ("document", {"document": document.pk, "title": "Ark", "text": ""}),
        ("text", rich_text(f'<p><a linktype="document" id="{document.pk}">arket</a></p>', features=["document-link"])),
    )
    assert response.status_code == 302, response.context["form"].errors
    module = ModulePage.objects.get(slug="m")
    url = reverse("wagtailadmin_pages:edit", args=[module.pk])
    edit = as_person(trainer).get(url)
    assert edit.status_code == 200
    assert "aldri om en bestemt person eller sak" in edit.content.decode()
    page = as_person(make_person()).get(module.url).content.decode()
    assert page.count(document.url) == 2
