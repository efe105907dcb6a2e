from django.urls import path

from agencies.views import memberships, people, persons, units

_UNIT = "virksomhet/enheter/<uuid:unit_id>/"
_PERSON = "virksomhet/personer/<uuid:person_id>/"
_MEMBERSHIP = "virksomhet/stillinger/<uuid:membership_id>/"

urlpatterns = [
    path("virksomhet/", units.units, name="roster_units"),
    path("virksomhet/enheter/ny/", units.unit_add, name="roster_unit_add"),
    path(_UNIT, units.unit_edit, name="roster_unit_edit"),
    path(_UNIT + "flytt/", units.unit_move, name="roster_unit_move"),
    path(_UNIT + "legg-ned/", units.unit_close, name="roster_unit_close"),
    path("virksomhet/personer/", people.people, name="roster_people"),
    path("virksomhet/personer/ny/", people.person_add, name="roster_person_add"),
    path(_PERSON, people.person, name="roster_person"),
    path(_PERSON + "endre/", people.person_edit, name="roster_person_edit"),
    path(_PERSON + "slett/", persons.person_erase, name="roster_person_erase"),
    path(_PERSON + "sla-sammen/", persons.person_merge_choose, name="roster_person_merge_choose"),
    path(_PERSON + "sla-sammen/<uuid:other_id>/", persons.person_merge, name="roster_person_merge"),
    path(_PERSON + "ny-stilling/", memberships.membership_add, name="roster_membership_add"),
    path(_PERSON + "ny-funksjon/", memberships.grant_add, name="roster_grant_add"),
    path(_MEMBERSHIP + "flytt/", memberships.membership_move, name="roster_membership_move"),
    path(_MEMBERSHIP + "avslutt/", memberships.membership_end, name="roster_membership_end"),
    path(_MEMBERSHIP + "permisjon/", memberships.pause_add, name="roster_pause_add"),
    path(_MEMBERSHIP + "permisjon/<int:pause_id>/avslutt/", memberships.pause_end, name="roster_pause_end"),
    path("virksomhet/funksjoner/<uuid:grant_id>/avslutt/", memberships.grant_end, name="roster_grant_end"),
]
