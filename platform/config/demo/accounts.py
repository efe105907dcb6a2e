"""The accounts that a visitor signs in with, and what to try as each of them."""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

PASSWORD = "vis-handlekraft"  # noqa: S105  a demo account's password is there to be read


@dataclass(frozen=True, slots=True)
class Account:
    """A demo account. `what` is printed by the launcher; `role` and `tries` stand on the page of the demo."""

    email: str
    name: str
    what: str
    role: object
    tries: tuple[object, ...]


ACCOUNTS = [
    Account(
        "ingrid@fjordvik.example",
        "Ingrid Solheim",
        "learner, a teacher halfway through her path",
        _("Lærer ved Lia ungdomsskole"),
        (
            _("Les videre der hun slapp, gjerne på telefonen."),
            _("Gjør et valg i saken, og gå tilbake og velg noe annet."),
            _("Fyll ut handlingskortet og skriv det ut."),
        ),
    ),
    Account(
        "berit@fjordvik.example",
        "Berit Ulriksen",
        "learner and manager of the health station, certified",
        _("Leder for helsestasjonen"),
        (
            _("Se hvem på helsestasjonen som kan handle nå, og hvem som ikke kan det ennå."),
            _("Last ned sertifikatet hennes som PDF, og kontroller koden uten å være logget inn."),
        ),
    ),
    Account(
        "jonas@politi.example",
        "Jonas Hauge",
        "learner, a patrol officer who must renew",
        _("Patruljebetjent i Vestfjord politidistrikt"),
        (
            _("Forny grunnkurset før det går ut."),
            _("Begynn på politisporet: den første utrykningen til Leyla."),
        ),
    ),
    Account(
        "marit@fjordvik.example",
        "Marit Aune",
        "manager of the whole municipality",
        _("Kommunalsjef i Fjordvik"),
        (
            _("Kan kommunen handle før sommeren? Se figurene, og gå ned til én skole."),
            _("Finn en som er over fristen, les hvorfor, og send en påminnelse."),
            _("Se hvordan det var for et halvt år siden."),
        ),
    ),
    Account(
        "trine@fjordvik.example",
        "Trine Bakke",
        "trainer: writes courses and questions under /admin/",
        _("Fagansvarlig"),
        (
            _("Rett en setning i en modul, og publiser den."),
            _("Åpne et spørsmål som deltaker, og se hva folk har svart og hvilke svar som kan skade."),
            _("Rett et telefonnummer, og se at det er rettet overalt."),
            _("Se kurset «Film og øvelse», og åpne filmen og øvelsen der de redigeres."),
        ),
    ),
    Account(
        "arne@fjordvik.example",
        "Arne Moen",
        "administrator: units, people, grants; H5P libraries under /admin/",
        _("Administrator i kommunen"),
        (
            _("Legg til en ansatt, og gi en leder tilgang."),
            _("Endre en regel, og se hvem den gjelder før du lagrer."),
            _("Åpne nye omganger for mange på en gang, og angre."),
            _("Se hva biblioteket bak øvelsen «Gamle og nye ord» inneholder, og godkjenn det."),
        ),
    ),
    Account(
        "karin@fjordvik.example",
        "Karin Vik",
        "coordinator: figures and people, as a manager",
        _("Koordinator"),
        (_("Last ned listen over dem som mangler sertifikat, som regneark."),),
    ),
]
