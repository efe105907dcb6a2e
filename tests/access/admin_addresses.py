"""The addresses of the trainer's admin: for whom each is, and what its places are filled with.

Wagtail's own lists, choosers, histories and reports do not know who may see whom. Trainers write for every agency and
see nobody's people: what is theirs names no learner, and what shows people is for those who run the installation. A
new address is declared here, by itself or under a beginning (the longest that fits decides). Before it goes under
TRAINERS, look at what it shows: names of people, or of who answered what, belong under OPERATORS.
"""

from typing import Any

from django.contrib.auth.models import Group

from media.models import H5PLibrary
from tests.access.asking import fill
from tests.access.small_world import SmallWorld

TRAINERS = "for trainers"
OPERATORS = "for those who run the installation"
EVERYBODY = "for everybody"
MISSING_FOR_ALL = "there is no such page"

FAILS_ON_PURPOSE = "admin/failwhale/"
_EXACTLY = {
    "admin/": TRAINERS,
    "admin/test404/": TRAINERS,
    FAILS_ON_PURPOSE: TRAINERS,
    "admin/account/": TRAINERS,
    "admin/logout/": TRAINERS,
    "admin/dismissibles/": TRAINERS,
    "admin/block-preview/": TRAINERS,
    "admin/snippets/": OPERATORS,
    # Pictures and words of the admin itself, and ways to the sign-in page.
    "admin/sprite/": EVERYBODY,
    "admin/jsi18n/": EVERYBODY,
    "admin/login/": EVERYBODY,
    "admin/^.*/$": EVERYBODY,
    "admin/password_reset/": MISSING_FOR_ALL,
    "admin/password_reset/done/": MISSING_FOR_ALL,
    "admin/password_reset/confirm/<uidb64>/<token>/": MISSING_FOR_ALL,
    "admin/password_reset/complete/": MISSING_FOR_ALL,
}
_BEGINNING = {
    "admin/api/main/^pages/": TRAINERS,
    "admin/api/main/^documents/": TRAINERS,
    "admin/api/main/^images/": TRAINERS,
    "admin/pages/": TRAINERS,
    "admin/bulk/": TRAINERS,
    "admin/choose-page/": TRAINERS,
    "admin/choose-external-link/": TRAINERS,
    "admin/choose-email-link/": TRAINERS,
    "admin/choose-phone-link/": TRAINERS,
    "admin/choose-anchor-link/": TRAINERS,
    "admin/tag-autocomplete/": TRAINERS,
    "admin/collections/": OPERATORS,
    "admin/workflows/": OPERATORS,
    "admin/workflows/task_chooser/": TRAINERS,
    "admin/reports/locked/": OPERATORS,
    "admin/reports/workflow/": TRAINERS,
    "admin/reports/workflow_tasks/": TRAINERS,
    "admin/reports/site-history/": OPERATORS,
    "admin/reports/aging-pages/": TRAINERS,
    "admin/reports/page-types-usage/": TRAINERS,
    "admin/editing-sessions/": TRAINERS,
    "admin/settings/": OPERATORS,
    "admin/translation/submit/": TRAINERS,
    "admin/embeds/chooser/": TRAINERS,
    "admin/documents/": TRAINERS,
    "admin/images/": TRAINERS,
    "admin/sites/": OPERATORS,
    "admin/h5p/pakke/": TRAINERS,
    "admin/h5p/bibliotek/": OPERATORS,
    "admin/h5p/ovelse/": OPERATORS,
    "admin/users/": OPERATORS,
    "admin/groups/": OPERATORS,
} | {
    f"admin/snippets/{way}{model}/": TRAINERS
    for way in ("", "choose/")
    for model in (
        "facts/contactpoint",
        "facts/legalreference",
        "facts/term",
        "facts/source",
        "assessments/item",
        "assessments/quiz",
        "assessments/topic",
        "courses/learningpath",
        "media/video",
        "media/h5pcontent",
        "media/h5plibrary",
    )
}


def declared(route: str) -> str | None:
    """For whom the address is, or None for one that nobody has thought of."""
    if route in _EXACTLY:
        return _EXACTLY[route]
    fits = [beginning for beginning in _BEGINNING if route.startswith(beginning)]
    return _BEGINNING[max(fits, key=len)] if fits else None


def admin_address(route: str, world: SmallWorld) -> str:
    """The address, about something that is there."""
    values = _places(world)
    values["pk"] = next((thing.pk for part, thing in _things(world).items() if part in route), 1)
    return _fill(route, values)


def about_the_learner(route: str, world: SmallWorld) -> str:
    """The same, with every place pointed at the learner: her model and her key where any model and key will do."""
    learner = world.people["learner"].pk
    values: dict[str, Any] = dict.fromkeys(_places(world), learner) | {"pk": learner}
    for name in ("app_label", "app_name", "content_type_app_name"):
        values[name] = "accounts"
    for name in ("model_name", "content_type_model_name"):
        values[name] = "user"
    values |= {"action": "delete", "action_name": "approve", "filter_spec": "width-100"}
    return f"{_fill(route, values)}?id={learner}&q=Larerud&term=Larerud&instance_id={learner}"


def _fill(route: str, values: dict[str, Any]) -> str:
    if "(?P" in route:
        return f"/admin/pages/{values['page_id']}/revisions/compare/earliest...latest/"
    if ".*" in route:
        return "/admin/no-such-page/"
    return fill(route, values).replace("^", "")


def _places(world: SmallWorld) -> dict[str, Any]:
    course, module = world.course.pk, world.module.pk
    return {
        "page_id": module,
        "parent_page_id": course,
        "page_to_move_id": module,
        "page_pk": module,
        "object_id": module,
        "destination_id": course,
        "revision_id": world.module.latest_revision_id,
        "image_id": world.picture.pk,
        "document_id": world.document.pk,
        "doc_id": world.document.pk,
        "collection_id": world.collection.pk,
        "app_label": "wagtailcore",
        "model_name": "page",
        "app_name": "courses",
        "content_type_app_name": "courses",
        "content_type_model_name": "modulepage",
        "action": "delete",
        "action_name": "approve",
        "task_id": world.task.pk,
        "workflow_pk": world.workflow.pk,
        "task_state_id": 1,
        "workflow_state_id": 1,
        "session_id": 1,
        "uploaded_file_id": 1,
        "filter_spec": "width-100",
        "version_id": world.activity.current_id,
        "library_id": H5PLibrary.objects.order_by("pk")[0].pk,
        "content_id": world.activity.pk,
        "uidb64": "a",
        "token": "b",
    }


def _things(world: SmallWorld) -> dict[str, Any]:
    """What `pk` is the key of, by a part of the route."""
    return {
        "facts/contactpoint": world.contact,
        "facts/legalreference": world.law,
        "facts/source": world.source,
        "assessments/item": world.item,
        "assessments/quiz": world.base.quiz,
        "assessments/topic": world.topic,
        "courses/learningpath": world.base.path,
        "media/video": world.film,
        "media/h5pcontent": world.activity,
        "media/h5plibrary": H5PLibrary.objects.first(),
        "admin/users": world.people["learner"],
        "admin/groups": Group.objects.get(name="Fagansvarlige"),
        "admin/sites": world.site,
        "admin/workflows/tasks": world.task,
        "admin/workflows": world.workflow,
        "admin/collections": world.collection,
        "documents": world.document,
        "images": world.picture,
        "^pages": world.module,
    }
