"""A module as a tagged PDF (PDF/UA-1), made on demand from its edition."""

import datetime as dt
import json
import logging
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import typst
from django.conf import settings
from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from courses.paper import Node, Paper, clean, contact_lines, paragraph, shown_address
from courses.reading import PrintedModule

logger = logging.getLogger(__name__)

_TEMPLATE = Path(__file__).parent / "typst" / "module.typ"
_REGIONS = {"nb": "NO", "nn": "NO", "en": "GB"}
# As on the page, where its sizes are made; at most so many millimetres on paper.
_SIZE = "width-1600"
_WIDTH, _HEIGHT = 165, 105
_FORMATS = {".png", ".jpg", ".jpeg", ".gif", ".webp"}


def module_pdf(module: PrintedModule, day: dt.date) -> bytes:
    """The PDF in the language the module is written in; `day` is the day it is printed.

    Letters that the fonts lack stop the strict compile, and a picture that is broken stops any: then it is made without
    the accessibility check, and at last without pictures, and noted. Nobody is left without the paper.
    """
    with translation.override(module.language), TemporaryDirectory() as name:
        folder = Path(name)
        paper = Paper(base=settings.BASE_URL)
        data = _content(module, paper, day)
        data["pictures"] = {name: _put(image, name, folder) for name, image in paper.pictures.items()}
        (folder / "module.typ").write_bytes(_TEMPLATE.read_bytes())
        try:
            return _compile(folder, data, pdf_standards="ua-1")
        except typst.TypstError as error:
            logger.warning("module on paper, edition %s, is not PDF/UA-1: %s", module.edition_number, str(error)[:200])
        try:
            return _compile(folder, data)
        except typst.TypstError as error:
            logger.warning("module on paper, edition %s, has no pictures: %s", module.edition_number, str(error)[:200])
            return _compile(folder, data | {"pictures": {}})


def _compile(folder: Path, data: dict[str, Any], **options: Any) -> bytes:
    """Text goes in as data and never into the source; the source can read nothing outside the folder."""
    inputs = {"data": json.dumps(data)}
    source = folder / "module.typ"
    pdf: bytes = typst.compile(source, root=folder, format="pdf", sys_inputs=inputs, **options)
    return pdf


def _put(image: Any, name: str, folder: Path) -> Node | None:
    """The picture's file in the folder, and how wide it stands on paper; None where there is no file to show."""
    try:
        rendition = image.get_rendition(_SIZE)
        suffix = Path(rendition.file.name).suffix.lower()
        if suffix not in _FORMATS or not rendition.width or not rendition.height:
            return None
        with rendition.file.open("rb") as file:
            (folder / f"{name}{suffix}").write_bytes(file.read())
    except Exception as error:  # storage and pictures have errors of their own; the text that stands for it is printed
        logger.warning("a picture is left out on paper: %s", type(error).__name__)
        return None
    width = min(_WIDTH, _HEIGHT * rendition.width / rendition.height)
    return {"file": f"{name}{suffix}", "width": round(width, 1)}


def _content(module: PrintedModule, paper: Paper, day: dt.date) -> dict[str, Any]:
    parts = [{"title": clean(title), "nodes": paper.nodes(body)} for title, body in module.parts]
    facts = {"edition": module.edition_number, "day": date_format(day, "DATE_FORMAT")}
    address = settings.BASE_URL + module.url
    return {
        "lang": module.language,
        "region": _REGIONS.get(module.language, "NO"),
        "issuer": "Handlekraft",
        "course": clean(module.course_title),
        "number": _("Modul %(number)s") % {"number": module.number},
        "title": clean(module.title),
        "lead": clean(module.lead),
        "objectives_title": _("Etter modulen kan du"),
        "objectives": [clean(objective) for objective in module.objectives],
        "cards": paper.cards,
        "card_kind": _("Handlingskort"),
        "card_note": _("Skriv aldri om en bestemt person eller sak på kortet."),
        "parts": parts,
        "read": paragraph(_("Modulen på skjerm: %(address)s") % {"address": shown_address(address)}, look="small"),
        "help_title": _("Trenger du eller noen du møter hjelp nå?"),
        "help": contact_lines(module.help_lines),
        "printed": _("Utgave %(edition)s. Skrevet ut %(day)s.") % facts,
        "pages": _("Side %(page)s av %(pages)s") % {"page": "{page}", "pages": "{pages}"},
    }
