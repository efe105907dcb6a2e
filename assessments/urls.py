from django.urls import path

from assessments import views

urlpatterns = [
    path("prove/<slug:code>/", views.quiz, name="quiz"),
    path("forsok/<uuid:attempt_id>/<int:number>/", views.attempt_question, name="attempt_question"),
    path("forsok/<uuid:attempt_id>/svar/", views.attempt_answer, name="attempt_answer"),
    path("forsok/<uuid:attempt_id>/lever/", views.attempt_finish, name="attempt_finish"),
    path("forsok/<uuid:attempt_id>/resultat/", views.attempt_result, name="attempt_result"),
]
