"""What every answer says to the browser; and what the Wagtail admin is allowed beyond it, and no more."""

import base64
import hashlib
import re

import pytest
from django.test import Client
from django.urls import reverse
from factories import with_second_factor
from wagtail.models import Page
from wagtail.snippets.models import get_snippet_models

from accounts.models import User
from config.middleware import only_calls_wagtail
from courses.models import CatalogPage, CoursePage
from media.models import H5PLibrary

LOG_IN = "/nb/konto/login/"


def policy(response) -> dict[str, list[str]]:
    parts = (part.split() for part in response["Content-Security-Policy"].split(";"))
    return {name: values for name, *values in parts}


@pytest.fixture
def superuser(client: Client) -> Client:
    client.force_login(
        with_second_factor(User.objects.create_superuser("root@example.no", first_name="R", last_name="T"))
    )
    return client


@pytest.mark.django_db
def test_an_ordinary_page_allows_nothing_inline_and_nothing_from_elsewhere(client):
    found = policy(client.get(LOG_IN))
    assert found["default-src"] == ["'none'"]
    assert found["script-src"] == ["'self'"]
    assert found["style-src"] == ["'self'"]
    assert found["form-action"] == ["'self'"]
    assert found["base-uri"] == ["'none'"]
    assert found["frame-ancestors"] == ["'none'"]
    assert not any("http" in value or "unsafe" in value for values in found.values() for value in values)


@pytest.mark.django_db
def test_an_ordinary_page_is_not_sniffed_framed_or_told_to_others(client):
    response = client.get(LOG_IN)
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["X-Frame-Options"] == "DENY"
    assert response["Referrer-Policy"] == "same-origin"
    assert response["Cross-Origin-Opener-Policy"] == "same-origin"
    assert len(response["X-Request-Id"]) == 32


def inline_scripts(page: str) -> list[str]:
    """Every inline script that a browser would run."""
    found = re.findall(r"<script(?P<attributes>[^>]*)>(.*?)</script>", page, re.DOTALL)
    return [text for attributes, text in found if "src=" not in attributes and "json" not in attributes]


def admin_pages() -> list[str]:
    catalog = CatalogPage.objects.first()
    # Libraries come with packages: nobody adds one.
    added = [model for model in get_snippet_models() if model is not H5PLibrary]
    adds = [reverse(model.snippet_viewset.get_url_name("add")) for model in added]
    return [
        reverse("wagtailadmin_home"),
        reverse("wagtailadmin_explore_root"),
        reverse("wagtailimages:index"),
        reverse("wagtailimages:add"),
        reverse("wagtailadmin_reports:site_history"),
        *([reverse("wagtailadmin_pages:edit", args=[catalog.pk])] if catalog else []),
        *([reverse("wagtailadmin_pages:add", args=["courses", "coursepage", catalog.pk])] if catalog else []),
        *adds,
    ]


@pytest.mark.django_db
def test_the_admin_allows_each_of_its_own_inline_scripts_by_hash_and_no_other(superuser):
    assert Page.objects.exists()
    seen = 0
    for address in admin_pages():
        response = superuser.get(address)
        assert response.status_code == 200, address
        allowed = policy(response)["script-src"]
        assert "'unsafe-inline'" not in allowed
        for text in inline_scripts(response.content.decode()):
            digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
            assert f"'sha256-{digest}'" in allowed, (address, text)
            seen += 1
    assert seen


@pytest.mark.django_db
def test_rows_that_are_added_in_the_browser_may_start_their_choosers(superuser):
    address = reverse("wagtailsnippets_courses_learningpath:add")
    response = superuser.get(address)
    (template,) = [
        text for text in inline_scripts(response.content.decode()) if "Chooser(" in text and "__prefix__" in text
    ]
    third = template.replace("__prefix__", "2")
    digest = base64.b64encode(hashlib.sha256(third.encode()).digest()).decode()
    assert f"'sha256-{digest}'" in policy(response)["script-src"]


@pytest.mark.django_db
def test_only_the_admin_may_be_framed_and_only_by_ourselves(superuser):
    response = superuser.get(reverse("wagtailadmin_home"))
    assert response["X-Frame-Options"] == "SAMEORIGIN"
    assert policy(response)["frame-ancestors"] == ["'self'"]
    assert policy(superuser.get("/nb/"))["frame-ancestors"] == ["'none'"]


@pytest.mark.django_db
def test_a_preview_keeps_our_strict_policy_and_is_framed_by_the_editor(superuser):
    course = CatalogPage.objects.first().add_child(instance=CoursePage(title="Skolesporet", lead="For skolen."))
    response = superuser.get(reverse("wagtailadmin_pages:view_draft", args=[course.pk]))
    assert response.status_code == 200
    assert b"Skolesporet" in response.content
    assert response["X-Frame-Options"] == "SAMEORIGIN"
    found = policy(response)
    assert found["frame-ancestors"] == ["'self'"]
    assert found["script-src"] == found["style-src"] == ["'self'"]


@pytest.mark.django_db
def test_style_attributes_are_for_the_admin_only(superuser):
    assert "'unsafe-inline'" in policy(superuser.get(reverse("wagtailadmin_home")))["style-src"]
    assert "'unsafe-inline'" not in policy(superuser.get("/nb/"))["style-src"]


@pytest.mark.parametrize(
    "text",
    [
        'initDateChooser("id_day", {"format": "Y-m-d"});',
        'new PageChooser("id_page", {"modalUrl": "/admin/choose-page/", "canChooseRoot": false});',
        '\n (function() {\n var panel = new InlinePanel(JSON.parse("{\\u0022type\\u0022: 1}"));\n })();\n',
    ],
)
def test_a_call_of_wagtails_with_data_is_allowed(text):
    assert only_calls_wagtail(text)


@pytest.mark.parametrize(
    "text",
    [
        "alert(1)",
        'initDateChooser("id_day", {"format": alert(1)});',
        'initDateChooser("id_day", {}); alert(1); ({});',
        'initDateChooser("id_day", {"a": 1}); alert({});',
        'initDateChooser("id" + alert(1), {});',
        'new PageChooser("id_page", {"modalUrl": "/"}, alert(1));',
        'new Function("id_page", {"a": "b"});',
        '(function() { var panel = new InlinePanel(JSON.parse("{}")); alert(1) })();',
        '(function() { var panel = new InlinePanel(JSON.parse("{}" + alert(1))); })();',
        'initDateChooser("id_day", []);',
    ],
)
def test_anything_else_is_not(text):
    assert not only_calls_wagtail(text)
