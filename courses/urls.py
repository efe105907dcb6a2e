from django.urls import path

from courses import views

urlpatterns = [
    # Not <slug>: what an author may call a page is Wagtail's to say, æ, ø and å included.
    path("kurs/<str:course_slug>/<str:module_slug>/", views.module, name="module"),
    path("kurs/<str:course_slug>/<str:module_slug>/utskrift.pdf", views.paper, name="module_paper"),
]
