"""What trainers may do in the Wagtail admin. Grants are the truth; the group follows them."""

from django.apps import apps
from django.contrib.auth.management import create_permissions
from django.contrib.auth.models import Group, Permission
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from wagtail.models import Collection, GroupCollectionPermission, GroupPagePermission

from accounts.models import User
from agencies.models import Grant
from courses.models import CatalogPage

GROUP = "Fagansvarlige"

# Nothing here may be deleted: what was published or asked is kept, and a fact that was once taught stays.
_MODELS: dict[str, tuple[str, ...]] = {
    "facts": ("contactpoint", "legalreference", "term", "source"),
    "assessments": ("topic", "item", "quiz"),
    "courses": ("learningpath",),
    "media": ("h5pcontent", "video"),
}
# What runs activities is code, and somebody else's to judge (media.services.approvers).
_SEEN = ("view_h5plibrary",)
_PAGES = ("add_page", "change_page", "publish_page")
_FILES: dict[str, tuple[str, ...]] = {
    "wagtailimages": ("add_image", "change_image", "choose_image"),
    "wagtaildocs": ("add_document", "change_document", "choose_document"),
}


@transaction.atomic
def ensure_trainers_group() -> Group:
    """The group and its rights, made or brought up to date."""
    for label in (*_MODELS, *_FILES, "wagtailadmin", "wagtailcore", "simple_translation"):
        create_permissions(apps.get_app_config(label), verbosity=0)
    group, _created = Group.objects.get_or_create(name=GROUP)
    wanted = Q(content_type__app_label="wagtailadmin", codename="access_admin") | Q(
        content_type__app_label="simple_translation", codename="submit_translation"
    )
    for label, models in _MODELS.items():
        codenames = tuple(f"{action}_{model}" for model in models for action in ("add", "change", "view"))
        wanted |= Q(content_type__app_label=label, codename__in=codenames)
    wanted |= Q(content_type__app_label="media", codename__in=_SEEN)
    group.permissions.set(Permission.objects.filter(wanted))
    for catalog in CatalogPage.objects.all():
        for permission in Permission.objects.filter(content_type__app_label="wagtailcore", codename__in=_PAGES):
            GroupPagePermission.objects.get_or_create(group=group, page=catalog, permission=permission)
    collection = Collection.get_first_root_node()
    if collection is not None:
        for label, codenames in _FILES.items():
            for permission in Permission.objects.filter(content_type__app_label=label, codename__in=codenames):
                GroupCollectionPermission.objects.get_or_create(
                    group=group, collection=collection, permission=permission
                )
    return group


@transaction.atomic
def sync_trainer(*, person_id: int) -> bool:
    """Puts the person in the group or takes her out, as her grants of today say. Returns whether she is a trainer."""
    group, created = Group.objects.get_or_create(name=GROUP)
    if created:
        group = ensure_trainers_group()
    trainer = _trainers().filter(pk=person_id).exists()
    person = User.objects.get(pk=person_id)
    if trainer:
        person.groups.add(group)
    else:
        person.groups.remove(group)
    return trainer


@transaction.atomic
def sync_trainers() -> int:
    """The same for everybody: grants begin and end by date, with nobody doing anything. Returns how many changed."""
    group, created = Group.objects.get_or_create(name=GROUP)
    if created:
        group = ensure_trainers_group()
    wanted = set(_trainers().values_list("pk", flat=True))
    there = set(group.user_set.values_list("pk", flat=True))
    group.user_set.add(*(wanted - there))
    group.user_set.remove(*(there - wanted))
    return len(wanted ^ there)


def _trainers() -> QuerySet[User]:
    grants = Grant.objects.on(timezone.localdate()).filter(function=Grant.Function.TRAINER)
    return User.objects.filter(is_active=True, pk__in=grants.values("person"))
