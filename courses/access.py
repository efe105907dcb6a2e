"""Who may open what belongs to pages: a document has the permissions of the pages it is on."""

import json
import re
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.contrib.contenttypes.models import ContentType
from wagtail.models import Page, ReferenceIndex
from wagtail.permissions import policy_registry

from accounts.models import User
from agencies.access import Purpose, may
from courses.models import EditionPage
from media.models import DocumentFile

_LINK = re.compile(r'<a\b[^>]*\blinktype="document"[^>]*>')
_LINK_ID = re.compile(r'\bid="(\d+)"')


def may_open_document(person: User | AnonymousUser, document: DocumentFile) -> bool:
    """Whoever is signed in may read any published course, and so what its pages show; trainers open everything.

    A document that stands on no page of a latest edition is work in progress. Restrictions of its collection are
    Wagtail's to ask about, and hold on top of this. The number of queries is the same however many pages use it.
    """
    if not person.is_authenticated or not person.is_active:
        return False
    return _is_published(document) or _writes(person, document)


def _writes(person: Any, document: DocumentFile) -> bool:
    policy = policy_registry.get_by_type(DocumentFile)
    return may(person, Purpose.CONTENT) or bool(policy.user_has_permission_for_instance(person, "choose", document))


def _is_published(document: DocumentFile) -> bool:
    """Whether a revision that learners read shows it.

    Wagtail's index of references knows the pages, as they are saved; what their published revisions say decides.
    """
    pages = ReferenceIndex.objects.filter(
        base_content_type=ContentType.objects.get_for_model(Page),
        to_content_type=ContentType.objects.get_for_model(DocumentFile),
        to_object_id=str(document.pk),
    )
    contents = EditionPage.objects.filter(
        edition__latest=True, revision__object_id__in=pages.values("object_id")
    ).values_list("revision__content", flat=True)
    return any(shows_document(content, document.pk) for content in contents)


def shows_document(content: Any, document_id: int) -> bool:
    """Whether a revision's content holds the document as a block or as a link in a text."""
    if isinstance(content, dict):
        value = content.get("value") if content.get("type") == "document" else None
        if isinstance(value, dict) and value.get("document") == document_id:
            return True
        return any(shows_document(each, document_id) for each in content.values())
    if isinstance(content, list):
        return any(shows_document(each, document_id) for each in content)
    if not isinstance(content, str):
        return False
    if content.startswith("[{"):  # a stream lies as text in a revision
        try:
            return shows_document(json.loads(content), document_id)
        except ValueError:
            return False
    ids = (_LINK_ID.search(link) for link in _LINK.findall(content))
    return any(found is not None and int(found.group(1)) == document_id for found in ids)
