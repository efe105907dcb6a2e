"""The addresses of the trainer's admin: where each one's places are filled from, and for whom it is.

Wagtail's own lists, choosers, histories and reports do not know who may see whom. Trainers write for every agency and
see nobody's people, so what is theirs may name no learner, and what shows people is for those who run the
installation. A new address belongs under one of the beginnings below; the longest that fits decides.
"""



TRAINERS = "for trainers"
OPERATORS = "for those who run the installation"
NOBODY = "there is no such page"
EVERYBODY = "for everybody"

_ADMIN: dict[str, str] = {}

