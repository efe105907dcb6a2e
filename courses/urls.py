from django.urls import path

from courses.views import modules, routines

urlpatterns = [
    # Not <slug>: what an author may call a page is Wagtail's to say, æ, ø and å included.
    path("kurs/<str:course_slug>/<str:module_slug>/", modules.module, name="module"),
    path("kurs/<str:course_slug>/<str:module_slug>/utskrift.pdf", modules.paper, name="module_paper"),
    path("rutiner/", routines.routines, name="routines"),
    path("rutiner/<uuid:unit_id>/", routines.unit_routines, name="unit_routines"),
]
