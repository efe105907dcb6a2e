"""The person's own page."""

from typing import cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.forms import LanguageForm
from accounts.models import User
from accounts.services import export_person


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def account(request: HttpRequest) -> HttpResponse:
    """Who I am here, my language, and how I sign in. Own row only."""
    user = cast(User, request.user)  # login_required has seen to it
    form = LanguageForm(request.POST or None, instance=user)
    if request.method == "POST" and form.is_valid():
        form.save()
        with translation.override(user.language):
            messages.success(request, _("Språket er lagret."))
            return redirect(reverse("account"))
    return render(request, "accounts/account.html", {"form": form, "nav_here": "account"})


@never_cache
@login_required
@require_safe
def my_data(request: HttpRequest) -> HttpResponse:
    """Everything that is kept about me, as a file. Own data only, whoever asks."""
    user = cast(User, request.user)  # login_required has seen to it
    answer = HttpResponse(export_person(person=user), content_type="application/zip")
    answer["Content-Disposition"] = 'attachment; filename="handlekraft-opplysninger.zip"'
    return answer
