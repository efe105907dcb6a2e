"""Videos in the trainer's admin. Each says whether pages may use it, and what it lacks."""

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, FieldRowPanel, InlinePanel, MultiFieldPanel, ObjectList
from wagtail.admin.ui.tables import Column
from wagtail.models import ReferenceIndex
from wagtail.permissions import register_permission_policy
from wagtail.snippets.views.snippets import CreateView, EditView, IndexView, InspectView, SnippetViewSet

from common.policies import NeverDeleted
from media.models import Video
from media.screening import clock, read_videos
from media.video_forms import VideoForm, VideoTrackForm

register_permission_policy(Video, NeverDeleted(Video), exact_class=True)


def state_of(video: Video) -> str:
    """Whether pages may use it, in words."""
    missing = ", ".join(one.what for one in video.lacking())
    return gettext("Ikke klar. Mangler: %(what)s") % {"what": missing} if missing else gettext("Klar")


class TellsWhatIsLacking:
    """After saving: whether pages may use it now. To be mixed into Wagtail's views."""

    def get_success_message(
        self, *args: Any
    ) -> str:  # the view that creates gives the video, the one that edits does not
        instance: Video = self.form.instance  # type: ignore[attr-defined]  # of the view
        missing = Video.objects.get(pk=instance.pk).lacking()
        if not missing:
            return gettext("«%(title)s» er lagret og kan brukes på sider.") % {"title": instance.title}
        text = gettext("«%(title)s» er lagret, men kan ikke brukes på sider ennå. Den mangler: %(what)s.")
        return text % {"title": instance.title, "what": ", ".join(one.what for one in missing)}


class VideoCreateView(TellsWhatIsLacking, CreateView):
    pass


class VideoEditView(TellsWhatIsLacking, EditView):
    pass


class VideoIndexView(IndexView):
    def get_table(self, object_list: Any) -> Any:
        for video in object_list:
            video.word = state_of(video)
            video.clock = clock(video.seconds)
        return super().get_table(object_list)


class VideoInspectView(InspectView):
    """The video as a learner meets it, and the pages that use it."""

    page_title = _("Se videoen")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        video: Video = self.object
        reading = read_videos(person=None, video_ids=[video.pk], language="nb")[video.pk]
        context["value"] = {"video": reading, "required": False}
        context["state"] = state_of(video)
        context["ready"] = not video.lacking()
        context["edit_url"] = self.get_edit_url()
        context["pages"] = [page for page, _references in ReferenceIndex.get_grouped_references_to(video)]
        return context


class TrackPanel(InlinePanel):
    """Tracks, each with room for a file."""

    def get_form_options(self) -> dict[str, Any]:
        options: dict[str, Any] = super().get_form_options()
        options["formsets"][self.relation_name]["form"] = VideoTrackForm
        return options


class VideoViewSet(SnippetViewSet):
    model = Video
    icon = "media"
    menu_label = _("Videoer")
    menu_name = "videos"
    menu_order = 254
    add_to_admin_menu = True
    add_view_class = VideoCreateView
    edit_view_class = VideoEditView
    index_view_class = VideoIndexView
    inspect_view_class = VideoInspectView
    inspect_view_enabled = True
    inspect_template_name = "media/admin/video.html"
    copy_view_enabled = False
    ordering = ["title"]
    list_filter = ["language"]
    search_fields = ["title"]
    list_display = [
        "title",
        Column("get_language_display", label=_("Språk"), sort_key="language"),
        Column("clock", label=_("Lengde"), sort_key="seconds"),
        Column("word", label=_("Tilstand")),
    ]
    edit_handler = ObjectList(
        base_form_class=VideoForm,
        children=[
            FieldPanel("title"),
            FieldRowPanel([FieldPanel("file"), FieldPanel("language")]),
            FieldPanel("poster"),
            TrackPanel(
                "tracks",
                label=_("Spor"),
                heading=_("Teksting, beskrivelser og kapitler"),
                help_text=_("Teksting på språket i videoen må være der før en side kan vise den."),
                panels=[
                    FieldRowPanel([FieldPanel("kind"), FieldPanel("language")]),
                    FieldPanel("text"),
                    FieldPanel("file"),
                ],
            ),
            MultiFieldPanel(
                [FieldPanel("described"), FieldPanel("described_by")],
                heading=_("For den som ikke ser bildet"),
            ),
            FieldPanel("transcript"),
        ],
    )

    def get_queryset(self, request: HttpRequest) -> Any:
        return Video.objects.select_related("described_by").prefetch_related("tracks", "described_by__tracks")
