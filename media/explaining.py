"""What is wrong with a package, in words a trainer can act on."""

from collections.abc import Callable, Mapping, Sequence

from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _

from media.h5p.errors import Code, Problem

_MOST_TOLD = 12


def sentences(problems: Sequence[Problem]) -> list[str]:
    """One sentence for each problem, without doubles; of very many the first, and how many more there are."""
    told = list(dict.fromkeys(sentence(problem) for problem in problems))
    if len(told) <= _MOST_TOLD:
        return told
    more = len(told) - _MOST_TOLD
    return [*told[:_MOST_TOLD], _("Og %(count)s til av samme slag.") % {"count": more}]


def sentence(problem: Problem) -> str:
    return _SENTENCES[problem.code]() % _facts(problem)


def _facts(problem: Problem) -> Mapping[str, object]:
    facts: dict[str, object] = {"where": problem.where.partition("#")[0], **problem.facts}
    limit = facts.get("limit")
    if isinstance(limit, int):
        facts["size"] = filesizeformat(limit)
    facts["inside"] = problem.where.partition("#")[2]
    return facts


# Functions, so that the words are looked up in the language of whoever reads, and found by makemessages.
_SENTENCES: dict[Code, Callable[[], str]] = {
    Code.NOT_AN_ARCHIVE: lambda: _("Filen er ikke en H5P-pakke. Last den ned på nytt der den ble laget, som .h5p."),
    Code.DAMAGED: lambda: _("Pakken er skadet. Last den ned på nytt der den ble laget."),
    Code.ENCRYPTED: lambda: _("%(where)s er låst med passord. Lag pakken på nytt uten passord."),
    Code.PACKAGE_TOO_LARGE: lambda: _("Pakken er for stor. Største tillatte størrelse er %(size)s."),
    Code.FILE_TOO_LARGE: lambda: _("%(where)s er for stor. Største tillatte størrelse er %(size)s."),
    Code.UNPACKED_TOO_LARGE: lambda: _("Pakken er for stor utpakket. Grensen er %(size)s."),
    Code.TOO_MANY_FILES: lambda: _("Pakken har for mange filer. Grensen er %(limit)s."),
    Code.COMPRESSED_TOO_HARD: lambda: _(
        "%(where)s er pakket mye hardere enn vanlige filer og kan være laget for å skade."
    ),
    Code.UNSAFE_NAME: lambda: _("«%(where)s» er et filnavn som ikke kan brukes."),
    Code.SAME_NAME_TWICE: lambda: _("«%(where)s» finnes to ganger i pakken."),
    Code.NOT_A_FILE: lambda: _("«%(where)s» er en snarvei og ikke en fil."),
    Code.KIND_NOT_ALLOWED: lambda: _("«%(where)s» er av en type som ikke er tillatt: %(kind)s."),
    Code.MISSING_FILE: lambda: _("Pakken mangler filen %(where)s."),
    Code.NOT_JSON: lambda: _("%(where)s kan ikke leses."),
    Code.MISSING_FIELD: lambda: _("%(where)s mangler feltet «%(field)s»."),
    Code.WRONG_FIELD: lambda: _("%(where)s har noe annet i feltet «%(field)s» enn det skal være (%(wanted)s)."),
    Code.FOLDER_IS_NOT_LIBRARY: lambda: _("Mappen %(where)s er ikke biblioteket den gir seg ut for å være."),
    Code.CORE_TOO_NEW: lambda: _(
        "Biblioteket %(library)s trenger H5P-kjerne %(wanted)s. Her er %(have)s. Systemet må oppgraderes først."
    ),
    Code.MISSING_LIBRARY: lambda: _(
        "Pakken mangler biblioteket %(library)s, og det er ikke godkjent her fra før. Last ned pakken med biblioteker."
    ),
    Code.CIRCULAR: lambda: _("Biblioteket %(library)s trenger seg selv."),
    Code.NOT_RUNNABLE: lambda: _("Biblioteket %(library)s kan ikke vises alene."),
    Code.NOT_IN_SEMANTICS: lambda: _("Innholdet bruker «%(field)s», som biblioteket ikke kjenner."),
    Code.WRONG_VALUE: lambda: _("Innholdet har noe annet i «%(field)s» enn det skal være (%(wanted)s)."),
    Code.MISSING_VALUE: lambda: _("Innholdet mangler «%(field)s» (%(inside)s)."),
    Code.UNUSUAL_VALUE: lambda: _("Innholdet har noe uventet i «%(field)s» (%(inside)s): %(wanted)s."),
}
