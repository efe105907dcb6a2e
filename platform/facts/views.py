"""The words of the field, for whoever reads."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from facts.reading import find_terms

_LONGEST = 100


@login_required
@require_safe
def glossary(request: HttpRequest) -> HttpResponse:
    """Every term, or those that bear what is asked for in their name, old or new, in any language."""
    asked = " ".join(request.GET.get("q", "").replace("\x00", " ").split())[:_LONGEST]
    return render(request, "facts/glossary.html", {"terms": find_terms(asked), "q": asked})
