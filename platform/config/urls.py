"""Every address. What people read lies under their language; the trainer's admin and machines' addresses do not."""

from django.conf.urls.i18n import i18n_patterns
from django.contrib.auth.decorators import user_passes_test
from django.urls import include, path, re_path
from wagtail.admin import urls as wagtailadmin_urls
from wagtail.admin.views.reports.audit_logging import LogEntriesView
from wagtail.documents import urls as wagtaildocs_urls
from wagtail.views import serve as wagtail_serve

from common.views import staff_door
from config.demo.views import demo_page, demo_sign_in

superusers_only = user_passes_test(lambda user: user.is_active and user.is_superuser, login_url="wagtailcore_login")

urlpatterns = [
    path("", include("common.urls")),
    path("", include("certification.check_urls")),
    path("", include("media.urls")),
    # Wagtail's own door asks for no second factor and keeps no count of tries: there is one sign-in.
    # (Named as Wagtail names the door that it shows to readers of what is not for everybody.)
    path("admin/login/", staff_door, name="wagtailcore_login"),
    # Its log of the whole site asks Django's permissions and not who may see whom.
    path("admin/reports/site-history/", superusers_only(LogEntriesView.as_view())),
    path("admin/reports/site-history/results/", superusers_only(LogEntriesView.as_view(results_only=True))),
    path("admin/", include(wagtailadmin_urls)),
    path("dokumenter/", include(wagtaildocs_urls)),
    *i18n_patterns(
        # Before allauth: it closes the addresses with which people would change who they are by themselves.
        path("", include("accounts.urls")),
        path("konto/", include("allauth.urls")),
        path("demo/", demo_page, name="demo"),
        path("demo/inn/", demo_sign_in, name="demo_sign_in"),
        path("", include("facts.urls")),
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
