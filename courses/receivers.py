"""Answers to what others tell: a publish makes an edition, a grant makes a trainer."""

import uuid
from collections.abc import Iterable
from typing import Any

from django.db import connection
from django.db.models.signals import post_migrate
from django.dispatch import receiver
from wagtail.models import Page
from wagtail.signals import page_published, page_unpublished, post_page_move

from accounts.models import User
from accounts.signals import Part, person_erase, person_export, person_merge
from agencies.signals import grants_changed
from courses.models import CoursePage, ModulePage
from courses.services import ensure_site, make_edition, persons, sync_trainer


def _course_keys(page: Any, *parents: Any) -> set[uuid.UUID]:
    """The courses that a change of `page` concerns: itself, or the course it is, or was, a module of."""
    page = page.specific
    if isinstance(page, CoursePage):
        return {page.translation_key}
    if isinstance(page, ModulePage):
        return {parent.translation_key for parent in parents or (page.get_parent(),)}
    return set()


@receiver(page_published)
@receiver(page_unpublished)
def publish_edition(sender: Any, instance: Any, revision: Any = None, **kwargs: Any) -> None:
    for key in _course_keys(instance):
        make_edition(course_key=key, published_by=getattr(revision, "user", None))


@receiver(post_page_move)
def keep_order(sender: Any, instance: Any, parent_page_before: Any, parent_page_after: Any, **kwargs: Any) -> None:
    """Modules in a new order, or in another course, are a new edition."""
    for key in _course_keys(instance, parent_page_before, parent_page_after):
        make_edition(course_key=key)


@receiver(grants_changed)
def follow_grants(sender: Any, person_id: int, **kwargs: Any) -> None:
    sync_trainer(person_id=person_id)


def export_person(sender: Any, person: User, **kwargs: Any) -> Iterable[Part]:
    return persons.export_parts(person)


def erase_person(sender: Any, person: User, **kwargs: Any) -> Iterable[str]:
    return persons.erase(person)


def merge_person(sender: Any, source: User, target: User, **kwargs: Any) -> Iterable[str]:
    return persons.merge(source, target)


def prepare_site(**kwargs: Any) -> None:
    """After migrate: the tree and the trainers' group. Not while tables are missing or the tree was emptied."""
    tables = set(connection.introspection.table_names())
    needed = {"courses_catalogpage", "assessments_quiz", "wagtailcore_groupcollectionpermission", "auth_group"}
    if needed <= tables and Page.objects.filter(depth=1).exists():
        ensure_site()


def connect(app_config: Any) -> None:
    """Called when the app is ready."""
    person_export.answered_by(export_person, *persons.FIELDS)
    person_erase.answered_by(erase_person, *persons.FIELDS)
    person_merge.answered_by(merge_person, *persons.FIELDS)
    post_migrate.connect(prepare_site, sender=app_config, dispatch_uid="courses.prepare_site")
