"""Every address. What people read lies under their language; the trainer's admin and machines' addresses do not."""

from django.conf.urls.i18n import i18n_patterns
from django.urls import include, path, re_path
from wagtail.admin import urls as wagtailadmin_urls
from wagtail.documents import urls as wagtaildocs_urls
from wagtail.views import serve as wagtail_serve

urlpatterns = [
    path("", include("common.urls")),
    path("", include("certification.check_urls")),
    path("admin/", include(wagtailadmin_urls)),
    path("dokumenter/", include(wagtaildocs_urls)),
    *i18n_patterns(
        # Before allauth: it closes the addresses with which people would change who they are by themselves.
        path("", include("accounts.urls")),
        path("konto/", include("allauth.urls")),
        path("", include("agencies.urls")),
        path("", include("assessments.urls")),
        path("", include("courses.urls")),
        path("", include("certification.urls")),
        path("", include("reports.urls")),
        # Wagtail serves the catalogue and nothing else: an address that is wrong is not found, whatever its language.
        re_path(r"^((?:kurs/(?:[\w-]+/)*)?)$", wagtail_serve, name="wagtail_serve"),
    ),
]

handler404 = "common.views.not_found"
handler500 = "common.views.our_fault"
handler403 = "common.views.not_yours"
