"""The page of the demo: which accounts there are and what to try as each. Not found anywhere but in a demo."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login, logout
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.models import User
from config.demo.accounts import ACCOUNTS, PASSWORD


@require_GET
def demo_page(request: HttpRequest) -> HttpResponse:
    if not settings.DEMO:
        raise Http404
    return render(request, "config/demo.html", {"accounts": ACCOUNTS, "password": PASSWORD})


@require_POST
def demo_sign_in(request: HttpRequest) -> HttpResponse:
    """Signs in as one of the accounts whose password everybody can read, and as nobody else."""
    if not settings.DEMO:
        raise Http404
    names = {account.email: account.name for account in ACCOUNTS}
    email = request.POST.get("email", "")
    if email not in names:
        raise Http404
    person = get_object_or_404(User, email=email, is_demo=True, is_active=True)
    logout(request)
    login(request, person)
    messages.success(request, _("Du er logget inn som %(name)s.") % {"name": names[email]})
    return redirect("home")
