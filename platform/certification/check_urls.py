"""What others check by: short on paper, in badges for years to come, and the same in every language."""

from django.urls import path

from certification.views import badges, check

urlpatterns = [
    path("k/<slug:code>/", check.check, name="check"),
    path("merke/utsteder/", badges.issuer, name="badge_issuer"),
    path("merke/nokler.json", badges.key_set, name="badge_keys"),
    path("merke/status/<int:number>/<slug:purpose>/", badges.status_list, name="badge_status"),
    path("merke/sertifisering/<uuid:public_id>/<slug:language>/", badges.achievement, name="badge_achievement"),
]
