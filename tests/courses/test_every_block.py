"""A part that holds every kind of block there is asks the database no oftener than a page may."""

import pytest
from django.core.files.base import ContentFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from film_samples import VTT, webm
from h5p_samples import package

from courses.models import ModulePage
from media.models import H5PContent, Video, VideoTrack
from media.services.packages import take_in
from tests.courses.synthetic import (
    action_card,
    block,
    case,
    items,
    make_contact,
    make_course,
    make_document,
    make_law,
    make_module,
    make_picture,
    make_source,
    make_term,
    publish,
)

from factories import make_person  # isort: skip

pytestmark = pytest.mark.django_db

FILM = webm(8)


def activity() -> int:
    content = H5PContent(title="Første samtale", as_text="<p>Lytt.</p>")
    take_in(content=content, file=package(), file_name="x.h5p", by=None, may_approve=True)
    return content.pk


def video(**fields) -> Video:
    values = {"kind": "webm", "seconds": 8, "size": len(FILM), "transcript": "<p>Hei.</p>", "described": "sound"}
    film = Video(title="Samtalen", **{**values, **fields})
    film.file.save("film.webm", ContentFile(FILM))
    VideoTrack.objects.create(video=film, kind="captions", language="nb", text=VTT)
    return film


def every_kind(other_page) -> list[dict]:
    """One block of each kind, each with everything that it can refer to."""
    document = make_document()
    links = f'<a linktype="page" id="{other_page.pk}">side</a> <a linktype="document" id="{make_document().pk}">ark</a>'
    film = video(described="video", described_by=video(), poster=make_picture())
    required = {"done_when": "finished", "least": None, "required": True}
    return [
        block("heading", "Overskrift"),
        block("text", f"<p>Les {links}.</p>"),
        block("question", {"question": "Hva nå?", "branches": items([{"title": "Ja", "text": "Gå"}])}),
        block("law", {"reference": make_law().pk, "title": "Lov", "text": "<p>Tekst.</p>"}),
        case(),
        block("details", {"summary": "Mer", "text": "<p>Tekst.</p>"}),
        block("contacts", {"title": "Ring", "contacts": items([make_contact().pk, make_contact().pk])}),
        block("image", {"image": {"image": make_picture().pk, "alt_text": "En dør", "decorative": False}}),
        block("activity", {"activity": activity(), **required}),
        block("video", {"video": film.pk, "required": True}),
        block("document", {"document": document.pk, "title": "Ark", "text": "Skriv ut"}),
        block("terms", {"terms": items([make_term().pk, make_term().pk])}),
        block("sources", {"sources": items([make_source().pk, make_source().pk])}),
        block("task", {"title": "Øv", "minutes": 15, "text": "<p>Øv.</p>", "leader": "<p>Lytt.</p>"}),
        block("routine", {"slot": "rom", "title": "Rom", "text": "Hos oss.", "asks": items(["Hvor?", "Når?"])}),
        action_card([make_contact().pk]),
    ]


def kinds() -> set[str]:
    part = ModulePage._meta.get_field("parts").stream_block.child_blocks["part"]
    return set(part.child_blocks["body"].child_blocks)


@pytest.mark.parametrize("many", [1, 3])
def test_a_part_with_every_kind_of_block_asks_at_most_twelve_times(as_person, many):
    course = make_course()
    other = make_module(course, "Den andre")
    body = [one for _ in range(many) for one in every_kind(other)]
    assert {one["type"] for one in body} == kinds()
    module = make_module(course, "Alt", parts=[block("part", {"title": "Alt", "body": body})])
    course = publish(course)
    client, url = as_person(make_person()), f"/nb/kurs/{course.slug}/{module.slug}/"
    client.get(url)
    with CaptureQueriesContext(connection) as asked:
        page = client.get(url).content.decode()
    assert page.count("<iframe") == many
    assert page.count("<video") == 2 * many  # each with its described one
    told = "\n".join(query["sql"][:400] for query in asked.captured_queries)
    assert len(asked) <= 12, told
