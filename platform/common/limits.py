"""How often one address may ask: counted in the cache, so that all web workers share one count."""

import time

from allauth.account.adapter import get_adapter
from django.core.cache import cache
from django.http import HttpRequest
from django.utils.crypto import salted_hmac


def within_limit(
    request: HttpRequest, action: str, *, times: int, seconds: int, sender: str = "", weight: int = 1
) -> bool:
    """Counts this request and says whether its sender is within `times` per `seconds`. It counts `weight` times.

    The sender is the address unless given: a school has one address, and a person who is signed in may have her own
    count. It is kept hashed, for as long as the window lasts and no longer.
    """
    sender = sender or str(get_adapter().get_client_ip(request))
    hashed = salted_hmac("common.limits", sender).hexdigest()[:32]
    key = f"limit:{action}:{hashed}:{int(time.time()) // seconds}"
    if cache.add(key, weight, seconds):
        return times >= weight
    try:
        return cache.incr(key, weight) <= times
    except ValueError:  # it ran out between the two calls: a new window has begun
        return True
