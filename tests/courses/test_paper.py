"""A module on paper: who gets it, what stands on it, and that no letter and no picture costs anybody the paper."""

import datetime as dt
import logging
import uuid

import pytest
import time_machine
from django.core.files.base import ContentFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from factories import make_membership, make_person, make_unit
from pdf_text import pages_of, text_of
from wagtail.models import Locale

from courses.models import ModulePage
from courses.paper import PAPER, Paper, rich_nodes
from facts.models import ContactPoint
from media.models import H5PContent, Picture
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
    publish,
    text_part,
)

pytestmark = pytest.mark.django_db
PAPER_URL = "/nb/kurs/kurset/modulen/utskrift.pdf"


@pytest.fixture
def person():
    person = make_person("Lise", "Leser")
    make_membership(person, make_unit())
    return person


def card(title: str) -> dict:
    return action_card(title=title)


def publish_module(*bodies: list, title: str = "Modulen"):
    """A published course, «kurset», of one module, «modulen», with a part for each body."""
    course = make_course("Kurset", slug="kurset")
    parts = [block("part", {"title": f"Del {n}", "body": body}) for n, body in enumerate(bodies, start=1)]
    make_module(course, title, parts, slug="modulen")
    return publish(course)


def everything(size: int = 1) -> list:
    picture, twin = make_picture(), make_picture()
    link = make_module(make_course("Et annet"), "Et annet sted")
    file = make_document()
    body = []
    for _ in range(size):
        body += [
            block("heading", "Mellomtittel"),
            block("question", {"question": "Kan hun si nei?", "branches": items([{"title": "Ja", "text": "Snakk"}])}),
            block("text", f'<p><b>Fet</b> og <a linktype="page" id="{link.pk}">en side</a></p><ul><li>Punkt</li></ul>'),
            block("text", f'<p>Se <a linktype="document" id="{file.pk}">arket</a></p>'),
            block("law", {"reference": make_law().pk, "title": "Meldeplikt", "text": "<p>Du skal melde</p>"}),
            block("details", {"summary": "Les mer her", "text": "<p>Utdypet</p>"}),
            block("contacts", {"title": "Ring straks", "contacts": items([make_contact().pk, make_contact().pk])}),
            block("sources", {"sources": items([make_source().pk, make_source().pk])}),
            block("image", {"image": {"image": picture.pk, "alt_text": "En åpen dør", "decorative": False}}),
            block("image", {"image": {"image": twin.pk, "alt_text": "", "decorative": True}}),
            block("document", {"document": file.pk, "title": "Arket", "text": "Til å ha i lomma"}),
            action_card([make_contact().pk]),
            case(),
        ]
    return body


def get(client, url: str = PAPER_URL) -> bytes:
    response = client.get(url)
    assert response.status_code == 200
    return response.content


# --- who gets it ----------------------------------------------------------------------------------


def test_a_stranger_is_asked_to_sign_in(client):
    publish_module([block("text", "<p>Tekst</p>")])
    response = client.get(PAPER_URL)
    assert response.status_code == 302
    assert "/konto/login/" in response["Location"]


def test_whoever_is_signed_in_prints_any_published_module_and_nothing_is_kept_of_it(as_person):
    publish_module([block("text", "<p>Tekst</p>")])
    client = as_person(make_person())
    client.get("/nb/")
    with CaptureQueriesContext(connection) as queries:
        response = client.get(PAPER_URL)
    assert response.status_code == 200
    assert response["Content-Type"] == "application/pdf"
    assert response["Content-Disposition"] == 'attachment; filename="modul-1.pdf"'
    assert "no-store" in response["Cache-Control"]
    assert not [q for q in queries if q["sql"].startswith(("INSERT", "DELETE")) or 'UPDATE "courses' in q["sql"]]


@pytest.mark.parametrize("path", ["kurs/kurset/finnes-ikke", "kurs/annet/modulen"])
def test_what_is_not_published_is_not_found(as_person, person, path):
    publish_module([block("text", "<p>Tekst</p>")])
    assert as_person(person).get(f"/nb/{path}/utskrift.pdf").status_code == 404


def test_it_cannot_be_posted_to(as_person, person):
    publish_module([block("text", "<p>Tekst</p>")])
    assert as_person(person).post(PAPER_URL).status_code == 405


def test_the_page_of_the_module_leads_to_it(as_person, person):
    publish_module([block("text", "<p>Tekst</p>")])
    page = as_person(person).get("/nb/kurs/kurset/modulen/?del=1").content.decode()
    assert f'href="{PAPER_URL}"' in page
    assert "Skriv ut modulen (PDF)" in page


def test_drafts_are_not_printed(as_person, person):
    publish_module([block("text", "<p>Slik det ble publisert</p>")])
    module = ModulePage.objects.get(slug="modulen")
    module.title = "Utkastet"
    module.save_revision()
    text = text_of(get(as_person(person)))
    assert "Slik det ble publisert" in text
    assert "Utkastet" not in text


# --- what stands on it ----------------------------------------------------------------------------


@time_machine.travel("2027-04-20 12:00+02:00", tick=False)
def test_the_cards_come_first_each_on_a_page_then_the_module_then_the_help_lines(as_person, person):
    ContactPoint.objects.update(in_footer=False)
    make_contact(name_nb="Nødlinja", number="112", tel="112", in_footer=True)
    publish_module([block("text", "<p>Først i modulen</p>"), card("Kort A")], [card("Kort B")])
    pages = pages_of(get(as_person(person)))
    assert "Kort A" in pages[0]
    assert "Hvem ringer jeg?" in pages[0]
    assert "Navn og funksjon" in pages[0]
    assert "Skriv aldri om en bestemt person eller sak" in pages[0]
    assert "Kort B" not in pages[0]
    assert "Kort B" in pages[1]
    assert "Først i modulen" not in pages[0] + pages[1]
    for text in ("Modulen", "Ingress", "Del 1", "Del 2", "Handlingskortet «Kort A» ligger først"):
        assert text in pages[2]
    assert pages[-1].rindex("Nødlinja") > pages[-1].rindex("Handlingskortet")
    for number, page in enumerate(pages, start=1):
        assert f"Utgave 1. Skrevet ut 20. april 2027. Side {number} av {len(pages)}" in page


def test_every_kind_of_block_is_there_with_what_it_holds(as_person, person):
    publish_module(everything())
    text = text_of(get(as_person(person)))
    for wanted in (
        "Mellomtittel",
        "Kan hun si nei?",
        "Snakk",
        "Meldeplikt",
        "Du skal melde",
        "(lovdata.no/lov). LOV-2005-05-20-28, §",
        "Kontrollert 1. juli 2026.",
        "Les mer her",
        "Utdypet",
        "Ring straks",
        "800 00",
        "Bufdir",
        "Arket",
        "PDF",
        "Til å ha i lomma",
        "Saken om Amira, 16",
        "Hva gjør du nå?",
        "A Ringer hjem",
        "B Lytter til henne",
        "Valg A: Pulten er tom",
        "Valg B: Hun forteller",
        "Du: Lærer",
        "Fordi.",
        "Punkt",
    ):
        assert wanted in text, wanted
    assert "/nb/kurs/" in text, "the address of a link is readable"
    assert "/dokumenter/" in text


def test_it_is_a_tagged_pdf_with_pictures_that_have_a_text(as_person, person, caplog):
    publish_module(everything())
    pdf = get(as_person(person))
    assert pdf.startswith(b"%PDF-1.7")
    assert b"pdfuaid:part" in pdf
    assert b"/StructTreeRoot" in pdf
    assert b"/Subtype/Image" in pdf
    assert "not PDF/UA-1" not in caplog.text
    alternative = "En åpen dør".encode("utf-16-be").hex().upper().encode()
    assert pdf.count(b"<FEFF" + alternative + b">") == 1


@time_machine.travel("2027-04-20 12:00+02:00", tick=False)
def test_the_same_module_on_the_same_day_is_the_same_file(as_person, person):
    publish_module(everything())
    client = as_person(person)
    assert get(client) == get(client)


@pytest.mark.parametrize(
    ("language", "region", "words"),
    [
        ("nb", "NO", ("Modulen", "Modul 1", "Hvorfor")),
        ("nn", "NO", ("Den omsette", "Modul 1", "Kvifor")),
        ("en", "GB", ("The translated one", "Module 1", "Why")),
    ],
)
def test_it_is_in_the_language_the_module_is_written_in(as_person, person, language, region, words):
    course = publish_module([block("text", "<p>Tekst</p>"), case()])
    module = ModulePage.objects.get(slug="modulen")
    if language != "nb":
        locale = Locale.objects.get(language_code=language)
        course = publish(course.copy_for_translation(locale))
        module = module.copy_for_translation(locale)
        module.title = words[0]
        publish(module)
    page = as_person(person).get(f"/{language}/kurs/{course.slug}/{module.slug}/")
    pdf = get(as_person(person), page.context["reading"].paper_url)
    assert f"/Lang({language}-{region})".encode() in pdf
    text = text_of(pdf)
    assert all(word in text for word in words), text


def test_what_is_not_translated_is_printed_in_bokmal_all_of_it(as_person, person):
    publish_module([block("text", "<p>Tekst på bokmål</p>")])
    pdf = get(as_person(person), "/en/kurs/kurset/modulen/utskrift.pdf")
    assert b"/Lang(nb-NO)" in pdf
    assert "Utgave 1" in text_of(pdf)


def test_another_languages_address_leads_to_its_own(as_person, person):
    course = publish_module([block("text", "<p>Tekst</p>")])
    nn = Locale.objects.get(language_code="nn")
    publish(course.copy_for_translation(nn))
    module = ModulePage.objects.get(slug="modulen").copy_for_translation(nn)
    module.slug = "den-nynorske"
    publish(module)
    response = as_person(person).get("/nn/kurs/kurset/modulen/utskrift.pdf")
    assert response.status_code == 302
    assert response["Location"].endswith("/den-nynorske/utskrift.pdf")


def test_it_asks_as_much_for_one_block_of_a_kind_as_for_many_and_at_most_twelve_times(as_person, person):
    counts = []
    for size in (1, 12):
        course = make_course(slug=f"fullt-{size}")
        parts = [block("part", {"title": f"Del {n}", "body": everything(size)}) for n in range(size)]
        make_module(course, "Full", parts, slug="full")
        publish(course)
        client, url = as_person(person), f"/nb/kurs/fullt-{size}/full/utskrift.pdf"
        get(client, url)  # the sizes of pictures are made the first time
        with CaptureQueriesContext(connection) as queries:
            get(client, url)
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 12, [query["sql"][:150] for query in queries]


# --- what might cost the paper --------------------------------------------------------------------

MARKUP = [
    '#eval("1 + 1") #panic() #sys.inputs',
    "$x^2$ *fet* _kursiv_ `rå` <merke> @vis",
    r"\ // /* */ \u{41} --- ~ = + - 1.",
    "\"rett\" 'enkel' «norsk» “engelsk”",
    "{{ 7*7 }} {% now %} &lt;b&gt;",
]


@pytest.mark.parametrize("text", MARKUP)
def test_what_looks_like_markup_is_text(as_person, person, text, caplog):
    from django.utils.html import escape

    rows = items([{"label": text, "hint": text}])
    publish_module(
        [
            block("heading", text),
            block("text", f"<p>{escape(text)}</p>"),
            block("details", {"summary": text, "text": f"<ul><li>{escape(text)}</li></ul>"}),
            block("action_card", {"title": text, "lead": text, "rows": rows, "contacts": []}),
        ],
        title="Modulen",
    )
    shown = text_of(get(as_person(person)))
    assert shown.count(text) >= 6, shown
    assert "not PDF/UA-1" not in caplog.text


@pytest.mark.parametrize("text", ["李小龙", "Ring 😀 nå", "தமிழ்", "a\x00b\x07c", "ا" * 200, "Lang" * 300])
def test_a_letter_never_costs_the_paper(as_person, person, text):
    module = make_module(make_course("Kurset", slug="kurset"), text[:80].replace("\x00", ""), slug="modulen")
    written = text.replace("\x00", "")  # PostgreSQL keeps none
    parts = [
        block("part", {"title": written[:100], "body": [block("text", f"<p>{written}</p><p>Resten står her</p>")]})
    ]
    module.parts = ModulePage._meta.get_field("parts").stream_block.to_python(parts)
    publish(module)
    publish(module.get_parent().specific)
    pdf = get(as_person(person))
    assert pdf.startswith(b"%PDF")
    assert "Resten står her" in text_of(pdf)


def test_a_picture_that_is_broken_or_gone_is_replaced_by_its_text(as_person, person, caplog):
    caplog.set_level(logging.WARNING)
    broken, gone = make_picture(), make_picture()
    publish_module(
        [
            block("image", {"image": {"image": each.pk, "alt_text": text, "decorative": False}})
            for each, text in ((broken, "En ødelagt dør"), (gone, "En borte dør"))
        ]
    )
    client = as_person(person)
    get(client)
    for picture in Picture.objects.filter(pk__in=[broken.pk, gone.pk]):
        for rendition in picture.renditions.all():
            name = rendition.file.name
            rendition.file.storage.delete(name)
            if picture == broken:
                rendition.file.storage.save(name, ContentFile(b"not a picture"))
    pdf = get(client)
    text = text_of(pdf)
    assert "En borte dør" in text
    assert "En ødelagt dør" in text
    assert "left out on paper" in caplog.text


def test_facts_that_are_gone_leave_the_rest(as_person, person):
    publish_module(
        [
            block("law", {"reference": 99999, "title": "Plikt", "text": "<p>Tekst</p>"}),
            block("contacts", {"title": "Ring", "contacts": items([99999])}),
            block("sources", {"sources": items([99999])}),
            block("image", {"image": {"image": 99999, "alt_text": "Bilde", "decorative": False}}),
            block("document", {"document": 99999, "title": "Ark", "text": ""}),
            action_card([99999]),
        ]
    )
    assert "Plikt" in text_of(get(as_person(person)))


# --- the nodes ------------------------------------------------------------------------------------


def words(nodes: list) -> str:
    return "".join(each["text"] for node in nodes for each in node.get("runs", []))


def test_rich_text_becomes_paragraphs_lists_and_links_with_their_address():
    nodes = rich_nodes(
        '<p>En <b>fet <i>og skrå</i></b> <a href="https://bufdir.no/a/">side</a></p>'
        '<ol><li>Først</li><li>Så<ul><li>inni</li></ul></li></ol><p><a href="/nb/kurs/">her</a></p>',
        "https://handlekraft.example",
    )
    assert [node["kind"] for node in nodes] == ["text", "list", "text"]
    assert words(nodes[:1]).replace("\u200b", "") == "En fet og skrå side (bufdir.no/a)"
    assert [(run["bold"], run["italic"]) for run in nodes[0]["runs"][1:3]] == [(True, False), (True, True)]
    assert nodes[1]["ordered"]
    assert nodes[1]["items"][1][1]["items"] == [[nodes[1]["items"][1][1]["items"][0][0]]]
    assert nodes[2]["runs"][0]["href"] == "https://handlekraft.example/nb/kurs/"


@pytest.mark.parametrize("address", ["javascript:alert(1)", "data:text/html,x", "", "//annet.example"])
def test_only_addresses_that_lead_somewhere_safe_become_links(address):
    (node,) = rich_nodes(f'<p><a href="{address}">tekst</a></p>')
    assert words([node]) == "tekst"
    assert node["runs"][0]["href"] == ""


@pytest.mark.parametrize("source", ["<p>uten slutt", "</ul></li>x", "<li>løs</li>", "<ul>y</ul>", "<p></p>", "a<br/>b"])
def test_rich_text_that_is_not_whole_is_still_read(source):
    assert all(node["kind"] in ("text", "list") for node in rich_nodes(source))


class Made:
    """What another kind of block might hold."""

    def __init__(self, **fields: object) -> None:
        self.__dict__ |= fields


@pytest.mark.parametrize(
    ("kind", "value", "wanted"),
    [
        ("video", {"video": Made(title="Filmen", transcript="Det som sies\n\nog mer")}, "Det som sies"),
        ("activity", {"activity": Made(title="Spillet"), "alternative": "Slik gjør du det"}, "Slik gjør du det"),
        ("something", {"title": "Noe nytt", "alternative": "I stedet"}, "I stedet"),
        ("something", {"title": "Noe nytt"}, "bare på skjermen"),
    ],
)
def test_what_cannot_stand_on_paper_is_named_and_told_in_words(kind, value, wanted):
    (node,) = Paper(base="").nodes([Made(block_type=kind, value=value, id=str(uuid.uuid4()))])
    assert node["title"] in ("Filmen", "Spillet", "Noe nytt")
    assert wanted in words(node["nodes"])


@pytest.mark.parametrize(
    ("as_text", "wanted"),
    [("", "Dette finnes bare på skjermen."), ("<p>Les om <b>samtalen</b></p>", "Les om samtalen")],
)
def test_an_activity_is_its_text_or_said_to_be_on_the_screen(as_person, person, as_text, wanted):
    activity = H5PContent.objects.create(title="Samtalen med Amira", as_text=as_text)
    publish_module([block("activity", {"activity": activity.pk, "done_when": "finished"})])
    text = text_of(get(as_person(person)))
    assert "Samtalen med Amira" in text
    assert wanted in text


def test_every_block_an_author_has_is_thought_of_on_paper():
    part = ModulePage._meta.get_field("parts").stream_block.child_blocks["part"]
    assert set(part.child_blocks["body"].child_blocks) <= set(PAPER)


def test_the_day_on_the_paper_is_the_day_it_was_printed(as_person, person):
    publish_module([block("text", "<p>Tekst</p>")], [text_part()["value"]["body"][0]])
    with time_machine.travel(dt.datetime(2027, 12, 31, 23, 30, tzinfo=dt.UTC), tick=False):
        client = as_person(person)
        assert "Skrevet ut 1. januar 2028" in text_of(get(client))
