"""What accounts do themselves when a person is to be given her data, erased or merged: how she signs in."""

from collections.abc import Iterable
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.services.links import rows_of
from accounts.signals import Part

FIELDS = (
    "account.EmailAddress.user",
    "accounts.User_groups.user",
    "accounts.User_user_permissions.user",
    "mfa.Authenticator.user",
)


def export_account(sender: Any, person: User, **kwargs: Any) -> Iterable[Part]:
    me = User.objects.filter(pk=person.pk)
    yield Part(
        "account",
        _("navnet ditt og kontoen du logger inn med"),
        rows_of(
            me, id="public_id", email="email", first_name="first_name", last_name="last_name", language="language",
            active="is_active", created="date_joined", last_signed_in="last_login",
        ),
    )  # fmt: skip
    yield Part(
        "addresses",
        _("e-postadresser som er bekreftet ved innlogging"),
        rows_of(EmailAddress.objects.filter(user=person), email="email", confirmed="verified"),
    )
    yield Part(
        "second_factors",
        _("totrinnspålogging: hva slags, og når den ble brukt. Nøkkelen selv er ikke med"),
        rows_of(Authenticator.objects.filter(user=person), kind="type", added="created_at", last_used="last_used_at"),
    )
    yield Part("groups", _("grupper du er med i"), rows_of(person.groups.order_by("name"), name="name"))
    yield Part(
        "permissions",
        _("tillatelser du har fått for deg selv"),
        rows_of(person.user_permissions.order_by("pk"), name="codename"),
    )


def erase_account(sender: Any, person: User, **kwargs: Any) -> Iterable[str]:
    _shut(person)
    return [
        _("Navn, e-postadresse, passord og totrinnspålogging slettes. Personen kan ikke lenger logge inn."),
        _("Dette kan ikke angres."),
    ]


def merge_account(sender: Any, source: User, target: User, **kwargs: Any) -> Iterable[str]:
    """How she signed in there is not carried over: a key to one account was never one to the other."""
    _shut(source)
    names = {"source": source.email, "target": target.email}
    return [
        _("Personen heter %(name)s og logger inn med %(target)s.") % {**names, "name": target},
        _("Kontoen %(source)s forsvinner, og ingen kan logge inn med den.") % names,
        _("Står den adressen i en ansattliste, må adressen rettes der."),
    ]


def _shut(person: User) -> None:
    EmailAddress.objects.filter(user=person).delete()
    Authenticator.objects.filter(user=person).delete()
    person.groups.clear()
    person.user_permissions.clear()
