"""Facts as pages show them: those of a lesson in one query, and the terms of the page of words."""

import unicodedata
from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import FilteredRelation, Q

from common.names import name_key
from common.translated import LANGUAGES
from facts.models import ContactPoint, LegalReference, Source, Term


@dataclass(frozen=True, slots=True)
class Facts:
    """Each kind by its key in the database. One that is gone is not in it, nor a term that is out of use."""

    laws: dict[int, LegalReference]
    sources: dict[int, Source]
    contacts: dict[int, ContactPoint]
    terms: dict[int, Term]

    @property
    def help_lines(self) -> list[ContactPoint]:
        """Those of the foot of every page, in their order."""
        lines = [contact for contact in self.contacts.values() if contact.in_footer]
        return sorted(lines, key=lambda contact: (contact.position, contact.key))


def read_facts(
    *,
    law_ids: Collection[int] = (),
    source_ids: Collection[int] = (),
    contact_ids: Collection[int] = (),
    term_ids: Collection[int] = (),
) -> Facts:
    """These facts and the help lines of the foot of the page, in one query: all of them by their sources."""
    lines = Q(contacts__in=contact_ids) | Q(contacts__in_footer=True)
    rows = Source.objects.annotate(contact=FilteredRelation("contacts", condition=lines))
    wanted, joined = Q(pk__in=source_ids) | Q(contact__isnull=False), ["contact"]
    if law_ids:
        rows = rows.annotate(law=FilteredRelation("laws", condition=Q(laws__in=law_ids)))
        wanted, joined = wanted | Q(law__isnull=False), [*joined, "law"]
    if term_ids:
        rows = rows.annotate(term=FilteredRelation("terms", condition=Q(terms__in=term_ids)))
        wanted, joined = wanted | Q(term__isnull=False), [*joined, "term"]
    found = Facts({}, {}, {}, {})
    for row in rows.filter(wanted).select_related(*joined).order_by():
        if row.pk in source_ids:
            found.sources[row.pk] = row
        if (law := getattr(row, "law", None)) is not None:
            law.source = row  # known already
            found.laws[law.pk] = law
        if (term := getattr(row, "term", None)) is not None and term.is_in_use():
            term.source = row
            found.terms[term.pk] = term
        if (contact := getattr(row, "contact", None)) is not None:
            found.contacts[contact.pk] = contact
    return found


def find_terms(asked: str = "") -> list[Term]:
    """The terms that are in use today and bear `asked` in a name, current or older, in any language. By name.

    In Python, where æ, ø, å and capitals are the same on every engine; they are tens.
    """
    terms = [term for term in Term.objects.select_related("source") if term.is_in_use()]
    wanted = _plain(asked)
    found = [term for term in terms if any(wanted in _plain(name) for name in _names(term))]
    return sorted(found, key=lambda term: name_key(term.preferred))


def _names(term: Term) -> list[str]:
    return [getattr(term, f"{field}_{language}") for field in ("preferred", "synonyms") for language in LANGUAGES]


def _plain(text: str) -> str:
    return unicodedata.normalize("NFC", text).casefold()
