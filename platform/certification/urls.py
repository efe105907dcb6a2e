from django.urls import path

from certification.views import badges, check, decisions, learner, opening, policies, rules

urlpatterns = [
    path("", learner.home, name="home"),
    path("sti/<slug:key>/", learner.path, name="path"),
    path("sertifikater/", learner.certificates, name="certificates"),
    path("sertifikat/<slug:code>/", learner.certificate, name="certificate"),
    path("sertifikat/<slug:code>/pdf/", learner.pdf, name="certificate_pdf"),
    path("sertifikat/<slug:code>/merke/", badges.badge, name="certificate_badge"),
    path("sertifikat/<slug:code>/merke.svg", badges.download, {"form": "svg"}, name="badge_svg"),
    path("sertifikat/<slug:code>/merke.jwt", badges.download, {"form": "jwt"}, name="badge_jwt"),
    path("sertifikat/<slug:code>/merke.json", badges.download, {"form": "json"}, name="badge_json"),
    path("kontroll/", check.check_form, name="check_form"),
    path("krav/", rules.rules, name="rules"),
    path("krav/nytt/", rules.rule_new, name="rule_new"),
    path("krav/<uuid:rule_id>/endre/", rules.rule_change, name="rule_change"),
    path("krav/<uuid:rule_id>/avslutt/", rules.rule_end, name="rule_end"),
    path("regler/", policies.policies, name="policies"),
    path("regler/<slug:key>/", policies.policy_versions, name="policy_versions"),
    path("regler/<slug:key>/ny/", policies.policy_new, name="policy_new"),
    path("regler/<slug:key>/<uuid:agency_id>/ny/", policies.policy_new_agency, name="policy_new_agency"),
    path("omganger/ny/", opening.opening_new, name="openings_new"),
    path("omganger/<uuid:batch_id>/", opening.opening, name="opening"),
    path("vedtak/<uuid:person_id>/", decisions.decisions_of, name="decisions_of"),
    path("vedtak/<uuid:person_id>/<slug:key>/", decisions.decide, name="decide"),
    path("vedtak/<uuid:person_id>/<slug:key>/<slug:kind>/", decisions.decide_kind, name="decide_kind"),
    path("vedtak/<uuid:person_id>/<slug:key>/<uuid:decision_id>/angre/", decisions.decision_undo, name="decision_undo"),
    path("vedtak/<uuid:person_id>/<slug:key>/<uuid:decision_id>/avslutt/", decisions.decision_end, name="decision_end"),
]
