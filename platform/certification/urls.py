from django.urls import path

from certification import views

urlpatterns = [
    path("", views.home, name="home"),
    path("sti/<slug:key>/", views.path, name="path"),
    path("sertifikater/", views.certificates, name="certificates"),
    path("sertifikat/<slug:code>/", views.certificate, name="certificate"),
    path("sertifikat/<slug:code>/pdf/", views.pdf, name="certificate_pdf"),
    path("kontroll/", views.check_form, name="check_form"),
]
