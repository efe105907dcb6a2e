"""Activities and the libraries they run on, in the trainer's admin."""

from collections.abc import Iterable
from typing import Any

from django.contrib.auth.decorators import permission_required
from django.db.models import F
from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe
from wagtail import hooks
from wagtail.admin import messages
from wagtail.admin.panels import FieldPanel, FieldRowPanel, ObjectList
from wagtail.admin.ui.tables import Column
from wagtail.models import ReferenceIndex
from wagtail.permission_policies import ModelPermissionPolicy
from wagtail.permissions import register_permission_policy
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.snippets import (
    CreateView,
    EditView,
    IndexView,
    InspectView,
    SnippetViewSet,
    SnippetViewSetGroup,
)

from common.policies import NeverDeleted
from media.explaining import sentences
from media.forms import H5PContentForm, RefusalForm
from media.h5p.library import LibraryName
from media.inside import inside_of
from media.models import H5PContent, H5PLibrary, H5PVersion
from media.reading import read_activities
from media.services.libraries import AlreadyJudgedError, approve, approved, refuse, waiting_for
from media.services.packages import export
from media.video_admin import VideoViewSet

APPROVE = "media.approve_h5plibrary"


def _url_name(model: Any, view: str) -> str:
    name: str = model.snippet_viewset.get_url_name(view)
    return name


class LibraryPolicy(ModelPermissionPolicy):
    """Libraries come with packages and are judged on their own page: nothing of them is added, changed or deleted."""

    def user_has_permission(self, user: Any, action: str) -> bool:
        return action == "view" and (user.has_perm(APPROVE) or bool(super().user_has_permission(user, "view")))

    def user_has_any_permission(self, user: Any, actions: Iterable[str]) -> bool:
        return "view" in set(actions) and self.user_has_permission(user, "view")


register_permission_policy(H5PContent, NeverDeleted(H5PContent), exact_class=True)
register_permission_policy(H5PLibrary, LibraryPolicy(H5PLibrary), exact_class=True)


class TellsWhatCame:
    """After an upload: which version it became, and what must be approved first. To be mixed into Wagtail's views."""

    def get_success_message(self, *args: Any) -> str:
        instance, taken = self.form.instance, self.form.taken  # type: ignore[attr-defined]  # of the view
        if taken is None:
            return gettext("«%(title)s» er lagret.") % {"title": instance.title}
        if taken.waiting:
            names = ", ".join(str(library) for library in taken.waiting)
            text = gettext(
                "«%(title)s» er lagret som versjon %(number)s. Den kan vises når disse bibliotekene er godkjent: "
                "%(names)s."
            )
            told = {"title": instance.title, "number": taken.version.number, "names": names}
            return " ".join([text % told, *self._notes()])
        text = gettext("«%(title)s» er lagret som versjon %(number)s og kan brukes på sider.")
        return " ".join([text % {"title": instance.title, "number": taken.version.number}, *self._notes()])

    def _notes(self) -> list[str]:
        notes = sentences(self.form.found.notes)  # type: ignore[attr-defined]  # of the view
        return [gettext("Prøv øvelsen før du bruker den:"), *notes] if notes else []


class ContentCreateView(TellsWhatCame, CreateView):
    pass


class ContentEditView(TellsWhatCame, EditView):
    pass


class ContentIndexView(IndexView):
    """Says of each activity whether it can be played, with one query for all of them."""

    def get_table(self, object_list: Any) -> Any:
        known = approved(slim=True).keys()
        for content in object_list:
            needed = {LibraryName.parse(name) for name in content.current.needs} if content.current else set()
            content.word = gettext("Klar") if needed <= known else gettext("Venter på godkjenning av biblioteker")
        return super().get_table(object_list)


class ContentInspectView(InspectView):
    """The activity as a learner meets it, what it is made of, where it is used, and the original to take along."""

    page_title = _("Prøv øvelsen")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        content: H5PContent = self.object
        context["activity"] = read_activities(person=None, content_ids=[content.pk], language="nb")[content.pk]
        context["value"] = {"activity": context["activity"], "done_when": "finished", "least": None}
        context["versions"] = content.versions.defer("params", "files").select_related("uploaded_by")
        context["waiting"] = waiting_for(content.current) if content.current else []
        context["may_approve"] = self.request.user.has_perm(APPROVE)
        context["library_url_name"] = _url_name(H5PLibrary, "inspect")
        context["edit_url"] = self.get_edit_url()
        usage = ReferenceIndex.get_grouped_references_to(content)
        context["pages"] = [page for page, _references in usage]
        return context


class ContentViewSet(SnippetViewSet):
    model = H5PContent
    icon = "tasks"
    menu_label = _("Øvelser")
    add_view_class = ContentCreateView
    edit_view_class = ContentEditView
    index_view_class = ContentIndexView
    inspect_view_class = ContentInspectView
    inspect_view_enabled = True
    inspect_template_name = "media/admin/content.html"
    copy_view_enabled = False
    ordering = ["title"]
    search_fields = ["title"]
    list_display = [
        "title",
        Column("main", label=_("Type"), accessor="current.main"),
        Column("number", label=_("Versjon"), accessor="current.number"),
        Column("word", label=_("Tilstand")),
    ]
    edit_handler = ObjectList(
        base_form_class=H5PContentForm,
        children=[
            FieldPanel("package"),
            FieldRowPanel([FieldPanel("title"), FieldPanel("minutes")]),
            FieldPanel("as_text"),
        ],
    )

    def get_queryset(self, request: HttpRequest) -> Any:
        return H5PContent.objects.select_related("current").defer("current__params", "current__files")


class LibraryInspectView(InspectView):
    """What is inside a library, for whoever must answer for it."""

    page_title = _("Hva biblioteket inneholder")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        library: H5PLibrary = self.object
        context["library"] = library
        context["inside"] = inside_of(library)
        context["users"] = [
            version.content
            for version in H5PVersion.objects.filter(content__current=F("pk"))
            .select_related("content")
            .defer("params", "files")
            if str(library.name) in version.needs
        ]
        context["may_approve"] = self.request.user.has_perm(APPROVE)
        context["list_url_name"] = _url_name(H5PLibrary, "list")
        return context


class LibraryViewSet(SnippetViewSet):
    model = H5PLibrary
    icon = "code"
    menu_label = _("H5P-biblioteker")
    inspect_view_class = LibraryInspectView
    inspect_view_enabled = True
    inspect_template_name = "media/admin/library.html"
    copy_view_enabled = False
    list_filter = ["state"]
    search_fields = ["machine_name", "title"]
    list_display = [
        "title",
        Column("machine_name", label=_("Maskinnavn"), sort_key="machine_name"),
        Column("version", label=_("Versjon")),
        Column("get_state_display", label=_("Tilstand"), sort_key="state"),
        Column("brought_at", label=_("Lastet opp"), sort_key="brought_at"),
    ]

    def get_queryset(self, request: HttpRequest) -> Any:
        """What waits for somebody stands first."""
        return H5PLibrary.objects.defer("semantics", "description", "files").order_by(
            "-state", "machine_name", "-major", "-minor", "-patch"
        )


class ActivityGroup(SnippetViewSetGroup):
    items = (ContentViewSet, LibraryViewSet)
    menu_label = _("Øvelser (H5P)")
    menu_name = "h5p"
    menu_icon = "tasks"
    menu_order = 255


register_snippet(ActivityGroup)
register_snippet(VideoViewSet)


# --- what the pages above lead to -------------------------------------------------------------------


@permission_required("media.change_h5pcontent", raise_exception=True)
@require_safe
def download(request: HttpRequest, version_id: int) -> HttpResponseBase:
    """The package as it was uploaded."""
    version = get_object_or_404(H5PVersion.objects.defer("params", "files"), pk=version_id)
    response = FileResponse(export(version), as_attachment=True, filename=version.file_name)
    response["X-Content-Type-Options"] = "nosniff"
    return response


@permission_required(APPROVE, raise_exception=True)
@require_POST
def judge_library(request: HttpRequest, library_id: int) -> HttpResponse:
    """Approves a library, or refuses it with a reason."""
    library = get_object_or_404(H5PLibrary, pk=library_id)
    back = redirect(_url_name(H5PLibrary, "inspect"), library.pk)
    try:
        if "approve" in request.POST:
            approve([library], by=request.user)  # type: ignore[arg-type]  # permission_required
            messages.success(request, gettext("%(library)s er godkjent.") % {"library": library})
            return back
        form = RefusalForm(request.POST)
        if not form.is_valid():
            messages.error(request, gettext("Skriv hvorfor biblioteket ikke skal brukes."))
            return back
        refuse(library, by=request.user, reason=form.cleaned_data["reason"])  # type: ignore[arg-type]  # as above
        messages.success(request, gettext("%(library)s er avvist og kjøres ikke.") % {"library": library})
    except AlreadyJudgedError:
        messages.error(request, _judged_already())
    return back


@permission_required(APPROVE, raise_exception=True)
@require_POST
def approve_content(request: HttpRequest, content_id: int) -> HttpResponse:
    """Approves all that an activity waits for at once."""
    content = get_object_or_404(H5PContent.objects.select_related("current"), pk=content_id)
    waiting = waiting_for(content.current) if content.current else []
    try:
        approve(waiting, by=request.user)  # type: ignore[arg-type]  # permission_required
        messages.success(request, gettext("Bibliotekene er godkjent, og øvelsen kan vises."))
    except AlreadyJudgedError:
        messages.error(request, _judged_already())
    return redirect(_url_name(H5PContent, "inspect"), content.pk)


def _judged_already() -> str:
    return gettext("Noen andre har avgjort dette i mellomtiden, eller et likt bibliotek er godkjent.")


@hooks.register("register_admin_urls")  # type: ignore[untyped-decorator]  # Wagtail is untyped
def addresses() -> list[URLPattern]:
    return [
        path("h5p/pakke/<int:version_id>/", download, name="h5p_download"),
        path("h5p/bibliotek/<int:library_id>/", judge_library, name="h5p_judge"),
        path("h5p/ovelse/<int:content_id>/godkjenn/", approve_content, name="h5p_approve_content"),
    ]
