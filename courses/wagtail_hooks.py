"""What trainers meet in the Wagtail admin, and what they do not."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.contrib.auth.views import redirect_to_login
from django.db import transaction
from django.db.models import F
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin import messages
from wagtail.admin.forms.models import WagtailAdminModelForm
from wagtail.admin.panels import FieldPanel, InlinePanel, MultiFieldPanel, ObjectList
from wagtail.models import Locale, Page
from wagtail.permission_policies import ModelPermissionPolicy
from wagtail.permissions import policy_registry
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.snippets import SnippetViewSet

from courses.access import may_open_document
from courses.forms import ModulePageForm
from courses.models import CoursePage, LearningPath, ModulePage, PathStep
from courses.services import EditionInUseError, check_deletable

ModulePage.base_form_class = ModulePageForm


class SuperusersOnly(ModelPermissionPolicy):
    """Wagtail's lists of people and groups do not know who may see whom: no permission opens them to others."""

    def user_has_permission(self, user: Any, action: str) -> bool:
        return bool(user.is_active and user.is_superuser)

    def users_with_any_permission(self, actions: Any) -> Any:
        return get_user_model()._default_manager.filter(is_active=True, is_superuser=True)


for _model in (get_user_model(), Group):
    policy_registry.register(_model, SuperusersOnly(_model))


def read_our_own_page(page: Any, request: HttpRequest, args: Any, kwargs: Any) -> HttpResponse:
    """Learners read modules at an address that comes before Wagtail's; whatever else has a page is shown at home."""
    return redirect("home")


def keep_published(request: HttpRequest, page: Any) -> HttpResponse | None:
    """A page that an edition names is what somebody was taught: unpublish it instead."""
    return _refuse(request, [page])


def keep_all_published(
    request: HttpRequest, action_type: str, objects: Iterable[Any], action: Any
) -> HttpResponse | None:
    pages = [found for found in objects if isinstance(found, Page)]
    return _refuse(request, pages) if action_type == "delete" and pages else None


def open_document(document: Any, request: HttpRequest) -> HttpResponse | None:
    """Strangers are asked to sign in, whatever the document; that it exists is no news to who may not open it."""
    if not request.user.is_authenticated:
        return redirect_to_login(request.get_full_path())
    if not may_open_document(request.user, document):
        raise Http404
    return None


def hide_site_history(request: HttpRequest, menu_items: list[Any]) -> None:
    """Only superusers may open it (config.urls)."""
    if not request.user.is_superuser:
        menu_items[:] = [item for item in menu_items if item.name != "site-history"]


hooks.register("construct_reports_menu", hide_site_history)
hooks.register("before_serve_page", read_our_own_page)
hooks.register("before_serve_document", open_document)
hooks.register("before_delete_page", keep_published)
hooks.register("before_bulk_action", keep_all_published)


def _refuse(request: HttpRequest, pages: list[Any]) -> HttpResponse | None:
    try:
        check_deletable(pages)
    except EditionInUseError as error:
        messages.error(request, str(error))
        return redirect("wagtailadmin_explore", pages[0].get_parent().pk)
    return None


def _courses() -> list[tuple[str, str]]:
    pages = CoursePage.objects.filter(live=True, locale=Locale.get_default()).order_by("title")
    return [("", "–"), *((str(page.translation_key), page.title) for page in pages)]


class CourseSelect(forms.Select):
    """The published courses, read each time the form is shown."""

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs)
        self.choices = _courses  # type: ignore[assignment]  # Django calls it


class LearningPathForm(WagtailAdminModelForm):
    """Steps are saved in the order they stand."""

    def save(self, commit: bool = True) -> Any:
        if not commit or not self.instance.pk:
            return super().save(commit)
        with transaction.atomic():
            # Out of each other's way first: two steps that change places would meet in the middle.
            PathStep.objects.filter(path_id=self.instance.pk).update(position=F("position") + 10_000)
            return super().save(commit)


class LearningPathViewSet(SnippetViewSet):
    """Paths: which courses and tests a role takes, in order."""

    model = LearningPath
    icon = "list-ol"
    menu_label = _("Læringsstier")
    menu_name = "paths"
    menu_order = 250
    add_to_admin_menu = True
    copy_view_enabled = False
    list_display = ["__str__", "key"]
    edit_handler = ObjectList(
        [
            FieldPanel("key"),
            MultiFieldPanel([FieldPanel(f"name_{code}") for code in ("nb", "nn", "en")], heading=_("Navn")),
            MultiFieldPanel([FieldPanel(f"lead_{code}") for code in ("nb", "nn", "en")], heading=_("Ingress")),
            InlinePanel(
                "steps",
                label=_("Steg"),
                heading=_("Stegene, i rekkefølge"),
                help_text=_("Hvert steg er enten et kurs eller en prøve."),
                panels=[
                    FieldPanel("course_key", widget=CourseSelect),
                    FieldPanel("quiz"),
                ],
            ),
            FieldPanel("roles", widget=forms.CheckboxSelectMultiple),
        ],
        base_form_class=LearningPathForm,
    )


register_snippet(LearningPathViewSet)
