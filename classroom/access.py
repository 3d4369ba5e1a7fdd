"""Who may do what in a class: the teacher by a key that works once, a phone by its own cookie, the wall by nothing."""

import hashlib
import hmac
import secrets
from typing import Any

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse

from lab.messages.errors import Refused

TEACHER, PHONE = "lab_teacher", "lab_phone"
# Each cookie goes only where it is needed: the bytes of the chat, which are measured, stay the same.
PATHS = {TEACHER: "/class/", PHONE: "/join/"}
SECONDS = 12 * 3_600  # that a cookie is kept


def new_key() -> str:
    """Return a new key for the teacher's address."""
    return secrets.token_urlsafe(16)


def check_open() -> None:
    """Raise Refused (404) unless a class is open."""
    if not settings.CLASS:
        raise Refused("class: none is open; start the lab with `make class`.", status=404)


def digest(purpose: str) -> str:
    """Return a text that only those can make who know this class's key."""
    return hmac.new(settings.CLASS["key"].encode(), purpose.encode(), hashlib.sha256).hexdigest()


def is_key(key: str) -> bool:
    """Return whether this is the key of the teacher's address."""
    return hmac.compare_digest(key.encode(), settings.CLASS["key"].encode())


def is_teacher(request: HttpRequest) -> bool:
    """Return whether a request has the teacher's cookie."""
    return hmac.compare_digest(request.COOKIES.get(TEACHER, "").encode(), digest(TEACHER).encode())


def check_teacher(request: HttpRequest) -> None:
    """Raise Refused (403) for everybody else."""
    if not is_teacher(request):
        raise Refused("class: only the teacher may do this.", status=403)


def phone_key(request: HttpRequest) -> str | None:
    """Return the key in a phone's cookie; None if there is none, or a forged one."""
    try:
        return signing.Signer(salt=PHONE).unsign(request.COOKIES.get(PHONE, ""))
    except signing.BadSignature:
        return None


def remember_teacher(response: HttpResponse) -> None:
    """Set the teacher's cookie."""
    _set(response, TEACHER, digest(TEACHER))


def remember_phone(response: HttpResponse, key: str) -> None:
    """Set a phone's cookie."""
    _set(response, PHONE, signing.Signer(salt=PHONE).sign(key))


def _set(response: HttpResponse, name: str, value: str) -> None:
    options: dict[str, Any] = {"max_age": SECONDS, "path": PATHS[name], "httponly": True, "samesite": "Lax"}
    response.set_cookie(name, value, secure=settings.SESSION_COOKIE_SECURE, **options)
