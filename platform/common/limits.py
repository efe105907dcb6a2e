"""How often one address may ask: counted in the cache, so that all web workers share one count."""

import time

from allauth.account.adapter import get_adapter
from django.core.cache import cache
from django.http import HttpRequest
from django.utils.crypto import salted_hmac


def within_limit(request: HttpRequest, action: str, *, times: int, seconds: int) -> bool:
    """Counts this request and says whether its sender is within `times` per `seconds`.

    The address is kept hashed, for as long as the window lasts and no longer.
    """
    sender = salted_hmac("common.limits", str(get_adapter().get_client_ip(request))).hexdigest()[:32]
    key = f"limit:{action}:{sender}:{int(time.time()) // seconds}"
    if cache.add(key, 1, seconds):
        return times >= 1
    try:
        return cache.incr(key) <= times
    except ValueError:  # it ran out between the two calls: a new window has begun
        return True
