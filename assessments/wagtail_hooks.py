"""The item bank in the trainer's admin. Attempts and answers are learners' own: only how many chose what is here."""

from collections.abc import Iterable
from typing import Any

from django.db.models import Max, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin import messages
from wagtail.admin.panels import FieldPanel, FieldRowPanel, HelpPanel, InlinePanel, MultiFieldPanel, ObjectList
from wagtail.admin.ui.tables import BooleanColumn, Column
from wagtail.models import ReferenceIndex
from wagtail.permissions import register_permission_policy
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.snippets import CreateView, EditView, InspectView, SnippetViewSet, SnippetViewSetGroup

from assessments.forms import ItemForm, QuizForm
from assessments.models import Item, Quiz, Topic
from assessments.reading import FEWEST_SHOWN, spread
from assessments.services import save_item_version
from common.policies import NeverDeleted
from common.quoting import quoted
from common.translated import LANGUAGES, pick

register_permission_policy(Item, NeverDeleted(Item), exact_class=True)


def translated(name: str, heading: Any) -> MultiFieldPanel:
    """One text in its three languages."""
    return MultiFieldPanel([FieldPanel(f"{name}_{language}") for language in LANGUAGES], heading=heading)


class TopicViewSet(SnippetViewSet):
    model = Topic
    icon = "tag"
    menu_label = _("Temaer")
    copy_view_enabled = False
    list_display = ["name_nb", "key"]
    search_fields = ["key", "name_nb"]
    panels = [FieldPanel("key"), translated("name", _("Navn"))]


class SavesVersion:
    """Saving an item publishes what it says as a new version, and says so. To be mixed into a view of Wagtail's."""

    version_message = ""

    def save_instance(self) -> Any:
        before = self.form.instance.versions.count() if self.form.instance.pk else 0  # type: ignore[attr-defined]  # of the view
        instance = super().save_instance()  # type: ignore[misc]  # of the view
        saved = Item.objects.get(pk=instance.pk)  # as it stands in the database, answers in order
        version = save_item_version(item=saved, made_by=self.request.user)  # type: ignore[attr-defined]  # of the view
        if version.number > before:
            text = gettext("«%(code)s» er lagret som versjon %(number)s. Forsøk som er begynt, endres ikke.")
        else:
            text = gettext("«%(code)s» er lagret. Innholdet er som før, så versjon %(number)s gjelder fortsatt.")
        self.version_message = text % {"code": saved.code, "number": version.number}
        return instance

    def get_success_message(self, *args: Any) -> str:
        return self.version_message


class ItemCreateView(SavesVersion, CreateView):
    pass


class ItemEditView(SavesVersion, EditView):
    pass


class ItemAsLearnerView(InspectView):
    """The question as a learner meets it, the feedback, and what has been answered. In the trainer's language."""

    page_title = _("Vis som deltaker")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        item: Item = self.object
        context["stem"] = item.stem
        context["why"] = pick({language: getattr(item, f"why_{language}") for language in LANGUAGES})
        context["options"] = [
            {
                "text": pick({language: getattr(option, f"text_{language}") for language in LANGUAGES}),
                "correct": option.correct,
                "harmful": option.harmful,
            }
            for option in item.options.all()
        ]
        context["laws"] = item.laws.all()
        context["sources"] = item.sources.all()
        context["edit_url"] = self.get_edit_url()
        version = item.versions.order_by("-number").first()
        context["spread"] = spread(version) if version else None
        context["fewest"] = FEWEST_SHOWN
        return context


class ItemViewSet(SnippetViewSet):
    model = Item
    icon = "help"
    menu_label = _("Spørsmål")
    add_view_class = ItemCreateView
    edit_view_class = ItemEditView
    inspect_view_class = ItemAsLearnerView
    inspect_view_enabled = True
    inspect_view_fields = ["code"]
    inspect_template_name = "assessments/item_as_learner.html"
    copy_view_enabled = False
    ordering = ["code"]
    list_display = [
        "code",
        Column("stem_nb", label=_("Spørsmål")),
        Column("topic", label=_("Tema"), sort_key="topic__name_nb"),
        Column("version_number", label=_("Versjon"), sort_key="version_number"),
        BooleanColumn("retired", label=_("Ikke i bruk"), sort_key="retired"),
    ]
    list_filter = ["topic", "retired"]
    search_fields = ["code", "stem_nb"]
    edit_handler = ObjectList(
        base_form_class=ItemForm,
        children=[
            HelpPanel(
                content=_(
                    "Når du lagrer, tas spørsmålet i bruk som en ny versjon i nye forsøk. Forsøk som er begynt, "
                    "beholder versjonen de har. Et spørsmål slettes aldri. Kryss av for «ikke i bruk» når det ikke "
                    "skal trekkes mer."
                )
            ),
            FieldRowPanel([FieldPanel("code"), FieldPanel("topic")]),
            translated("stem", _("Spørsmål")),
            InlinePanel(
                "options",
                heading=_("Svar"),
                label=_("Svar"),
                help_text=_(
                    "Nøyaktig ett svar er riktig. Svarene vises i tilfeldig rekkefølge, så la dem være like lange."
                ),
                min_num=2,
                max_num=8,
                panels=[
                    *[FieldPanel(f"text_{language}") for language in LANGUAGES],
                    FieldRowPanel([FieldPanel("correct"), FieldPanel("harmful")]),
                ],
            ),
            translated("why", _("Begrunnelse")),
            MultiFieldPanel([FieldPanel("sources"), FieldPanel("laws")], heading=_("Det bygger på")),
            FieldPanel("objective"),
            FieldPanel("uneven"),
            FieldPanel("read_about"),
            FieldPanel("retired"),
        ],
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Item]:
        items: QuerySet[Item] = Item.objects.select_related("topic").annotate(version_number=Max("versions__number"))
        return items


class QuizViewSet(SnippetViewSet):
    model = Quiz
    icon = "tasks"
    menu_label = _("Prøver")
    copy_view_enabled = False
    ordering = ["code"]
    list_display = ["name_nb", "code", Column("pass_mark", label=_("Bestått ved, prosent"))]
    search_fields = ["code", "name_nb"]
    edit_handler = ObjectList(
        base_form_class=QuizForm,
        children=[
            FieldPanel("code"),
            translated("name", _("Navn")),
            InlinePanel(
                "draws",
                heading=_("Hva prøven trekker"),
                label=_("Tema"),
                min_num=1,
                panels=[FieldRowPanel([FieldPanel("topic"), FieldPanel("count")])],
            ),
            FieldPanel("pass_mark"),
            FieldRowPanel([FieldPanel("minutes"), FieldPanel("minutes_limit")]),
        ],
    )


class ItemBankGroup(SnippetViewSetGroup):
    items = (ItemViewSet, QuizViewSet, TopicViewSet)
    menu_label = _("Spørsmål og prøver")
    menu_name = "item-bank"
    menu_icon = "clipboard-list"
    menu_order = 260


register_snippet(ItemBankGroup)


@hooks.register("before_delete_snippet")  # type: ignore[untyped-decorator]  # Wagtail is untyped
def keep_what_is_used(request: HttpRequest, instances: Iterable[Any]) -> HttpResponse | None:
    """Refuses in words what the database would refuse: quizzes and topics in use. Says nothing of who uses them."""
    used = [instance for instance in instances if _is_used(instance)]
    if not used:
        return None
    names = quoted(used)
    messages.error(request, gettext("%(names)s er i bruk og kan ikke slettes.") % {"names": names})
    return redirect(used[0].snippet_viewset.get_url_name("list"))


def _is_used(instance: Any) -> bool:
    if isinstance(instance, Item):
        return True
    if isinstance(instance, Topic) and Item.objects.filter(topic=instance).exists():
        return True
    if isinstance(instance, Quiz) and (instance.allowances.exists() or instance.attempts.exists()):
        return True
    return isinstance(instance, Topic | Quiz) and bool(ReferenceIndex.get_references_to(instance).exists())
