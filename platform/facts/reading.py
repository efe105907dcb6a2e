"""The facts that a page shows, of all kinds at once."""

from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import FilteredRelation, Q

from facts.models import ContactPoint, LegalReference, Source


@dataclass(frozen=True, slots=True)
class Facts:
    """Each kind by its key in the database. One that is gone is not in it."""

    laws: dict[int, LegalReference]
    sources: dict[int, Source]
    contacts: dict[int, ContactPoint]

    @property
    def help_lines(self) -> list[ContactPoint]:
        """Those of the foot of every page, in their order."""
        lines = [contact for contact in self.contacts.values() if contact.in_footer]
        return sorted(lines, key=lambda contact: (contact.position, contact.key))


def read_facts(
    *, law_ids: Collection[int] = (), source_ids: Collection[int] = (), contact_ids: Collection[int] = ()
) -> Facts:
    """These facts and the help lines of the foot of the page, in one query: laws and help lines by their sources."""
    lines = Q(contacts__in=contact_ids) | Q(contacts__in_footer=True)
    rows = Source.objects.annotate(contact=FilteredRelation("contacts", condition=lines))
    wanted, joined = Q(pk__in=source_ids) | Q(contact__isnull=False), ["contact"]
    if law_ids:
        rows = rows.annotate(law=FilteredRelation("laws", condition=Q(laws__in=law_ids)))
        wanted, joined = wanted | Q(law__isnull=False), [*joined, "law"]
    found = Facts({}, {}, {})
    for row in rows.filter(wanted).select_related(*joined).order_by():
        if row.pk in source_ids:
            found.sources[row.pk] = row
        if (law := getattr(row, "law", None)) is not None:
            law.source = row  # known already
            found.laws[law.pk] = law
        if (contact := getattr(row, "contact", None)) is not None:
            found.contacts[contact.pk] = contact
    return found
