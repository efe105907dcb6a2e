from django.urls import path

from certification.views import check, learner

urlpatterns = [
    path("", learner.home, name="home"),
    path("sti/<slug:key>/", learner.path, name="path"),
    path("sertifikater/", learner.certificates, name="certificates"),
    path("sertifikat/<slug:code>/", learner.certificate, name="certificate"),
    path("sertifikat/<slug:code>/pdf/", learner.pdf, name="certificate_pdf"),
    path("kontroll/", check.check_form, name="check_form"),
]
