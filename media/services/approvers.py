"""Who may let libraries run: a group in the Wagtail admin, since libraries are the whole installation's."""

from django.apps import apps
from django.contrib.auth.management import create_permissions
from django.contrib.auth.models import Group, Permission
from django.db import transaction
from django.db.models import Q

from accounts.models import User

GROUP = "H5P-godkjennere"
_MODELS = ("view_h5plibrary", "approve_h5plibrary", "view_h5pcontent")


@transaction.atomic
def add_approver(person: User) -> Group:
    """Lets her into the admin, to see activities and judge libraries there, and nothing else."""
    for label in ("media", "wagtailadmin"):
        create_permissions(apps.get_app_config(label), verbosity=0)
    group, _created = Group.objects.get_or_create(name=GROUP)
    group.permissions.set(
        Permission.objects.filter(
            Q(content_type__app_label="wagtailadmin", codename="access_admin")
            | Q(content_type__app_label="media", codename__in=_MODELS)
        )
    )
    person.groups.add(group)
    return group
