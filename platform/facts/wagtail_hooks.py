"""Facts in the trainer's admin: what must be checked again stands first."""

from collections.abc import Iterable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin import messages
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel
from wagtail.admin.ui.tables import Column
from wagtail.models import ReferenceIndex
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.snippets import SnippetViewSet, SnippetViewSetGroup

from common.quoting import quoted
from facts.models import Checked, ContactPoint, LegalReference, Source, Term


def when_checked(fact: Checked) -> str:
    return date_format(fact.verified_on, "DATE_FORMAT")


def when_due(fact: Checked) -> str:
    """The day of the next check, said plainly where it has passed."""
    day = date_format(fact.review_due, "DATE_FORMAT")
    return gettext("%(day)s: må kontrolleres") % {"day": day} if fact.is_due() else day


def translated(name: str, heading: Any) -> MultiFieldPanel:
    """One text in its three languages."""
    return MultiFieldPanel([FieldPanel(f"{name}_{language}") for language in ("nb", "nn", "en")], heading=heading)


CHECKED = MultiFieldPanel([FieldRowPanel([FieldPanel("verified_on"), FieldPanel("review_due")])], heading=_("Kontroll"))
VALID = FieldRowPanel([FieldPanel("valid_from"), FieldPanel("valid_to")])
DUE_COLUMNS = [
    Column("verified_on", label=_("Kontrollert"), accessor=when_checked, sort_key="verified_on"),
    Column("review_due", label=_("Neste kontroll"), accessor=when_due, sort_key="review_due"),
]


class FactViewSet(SnippetViewSet):
    """A kind of fact, the most overdue first."""

    ordering = ["review_due", "key"]
    list_display = ["__str__", *DUE_COLUMNS]
    inspect_view_enabled = True
    copy_view_enabled = False


class ContactPointViewSet(FactViewSet):
    model = ContactPoint
    icon = "mail"
    list_filter = ["in_footer"]
    search_fields = ["key", "name_nb", "number"]
    panels = [
        FieldPanel("key"),
        translated("name", _("Navn")),
        FieldRowPanel([FieldPanel("number"), FieldPanel("tel")]),
        translated("audience", _("For hvem")),
        translated("hours", _("Åpent")),
        FieldPanel("url"),
        FieldPanel("source"),
        FieldRowPanel([FieldPanel("in_footer"), FieldPanel("position")]),
        CHECKED,
    ]


class LegalReferenceViewSet(FactViewSet):
    model = LegalReference
    icon = "doc-full"
    search_fields = ["key", "title_nb", "act_id", "section"]
    panels = [
        FieldPanel("key"),
        FieldRowPanel([FieldPanel("act_id"), FieldPanel("section")]),
        translated("title", _("Tittel")),
        translated("summary", _("Innhold")),
        FieldPanel("url"),
        FieldPanel("source"),
        VALID,
        CHECKED,
    ]


class TermViewSet(FactViewSet):
    model = Term
    icon = "openquote"
    search_fields = ["key", "preferred_nb", "synonyms_nb", "synonyms_nn", "synonyms_en"]
    panels = [
        FieldPanel("key"),
        translated("preferred", _("Uttrykk")),
        translated("meaning", _("Betydning")),
        *(FieldPanel(f"synonyms_{language}") for language in ("nb", "nn", "en")),
        FieldPanel("jurisdiction"),
        FieldPanel("source"),
        VALID,
        CHECKED,
    ]


class SourceViewSet(FactViewSet):
    model = Source
    icon = "link"
    list_filter = ["sureness"]
    search_fields = ["key", "title_nb", "publisher"]
    panels = [
        FieldPanel("key"),
        translated("title", _("Tittel")),
        FieldRowPanel([FieldPanel("publisher"), FieldPanel("published")]),
        FieldPanel("url"),
        FieldPanel("sureness"),
        CHECKED,
    ]


class FactsGroup(SnippetViewSetGroup):
    items = (ContactPointViewSet, LegalReferenceViewSet, TermViewSet, SourceViewSet)
    menu_label = _("Fakta")
    menu_name = "facts"
    menu_icon = "info-circle"
    menu_order = 300


register_snippet(FactsGroup)


def keep_used_facts(request: HttpRequest, instances: Iterable[Any]) -> HttpResponse | None:
    """A fact that a lesson, a question or another fact rests on stays: somebody was taught it."""
    used: list[Any] = [
        fact for fact in instances if isinstance(fact, Checked) and ReferenceIndex.get_references_to(fact).exists()
    ]
    if not used:
        return None
    names = quoted(used)
    messages.error(
        request,
        gettext("%(names)s er i bruk og kan ikke slettes. Rett teksten i stedet.") % {"names": names},
    )
    return redirect(used[0].snippet_viewset.get_url_name("list"))


hooks.register("before_delete_snippet", keep_used_facts)
