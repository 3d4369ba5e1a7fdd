"""The pages of a class: for phones, for the wall, and for the teacher."""

from collections.abc import Callable
from functools import wraps

from django.conf import settings
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from classroom import access, export, models, records
from lab import http
from lab.chat.database import Unavailable
from lab.messages.errors import Refused
from lab.net import lan


def with_database(view: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Decorate a view: it responds 503 if the database is not available."""

    @wraps(view)
    def checked(request: HttpRequest) -> HttpResponse:
        try:
            return view(request)
        except DatabaseError:
            return http.refusal(Unavailable())

    return checked


@with_database
def join(request: HttpRequest) -> HttpResponse:
    """Show a phone's page: the question, and what it reads."""
    known = models.Phone.objects.filter(key=access.phone_key(request)).exists()
    return shown(request, "classroom/join.html", {"known": known})


def wall(request: HttpRequest) -> HttpResponse:
    """Show what everybody in the room may see."""
    return shown(request, "classroom/wall.html", {"states": reverse("wall-states")})


def teachers_wall(request: HttpRequest) -> HttpResponse:
    """Show the same to the teacher."""
    return shown(request, "classroom/wall.html", {"states": reverse("teachers-wall-states")}, teacher=True)


@with_database
def teacher(request: HttpRequest) -> HttpResponse:
    """Show the teacher's page; with the key in the query, give the teacher's cookie once and leave the key behind."""
    if settings.CLASS and request.method == "GET" and not access.is_teacher(request):
        key = request.GET.get("key", "")
        # A browser that loads the page ahead of time must not use the key up.
        if "Sec-Purpose" not in request.headers and access.is_key(key) and records.use_key(access.digest("key")):
            response = HttpResponseRedirect(reverse("class"))
            access.remember_teacher(response)
            return response
    if settings.CLASS and access.is_teacher(request) and "key" in request.GET:
        return HttpResponseRedirect(reverse("class"))
    return shown(request, "classroom/teacher.html", {}, teacher=True)


def shown(request: HttpRequest, template: str, context: dict[str, object], teacher: bool = False) -> HttpResponse:
    """Respond with a page: 404 unless a class is open, 403 if it is for the teacher alone."""
    try:
        access.check_open()
        if teacher:
            access.check_teacher(request)
    except Refused as refused:
        return render(request, "classroom/refused.html", {"status": refused.status}, status=refused.status)
    return render(request, template, context | {"address": address(request)})


def address(request: HttpRequest) -> str:
    """Return the host and port at which phones find this server."""
    return f"{settings.CLASS['host']}:{request.get_port()}"


def qr_code(request: HttpRequest) -> HttpResponse:
    """Return the address of the phones' page as a QR code."""
    try:
        access.check_open()
    except Refused as refused:
        return http.refusal(refused)
    code = lan.qr_svg(f"http://{address(request)}{reverse('join')}")
    return HttpResponse(code, content_type="image/svg+xml")


@with_database
def votes(request: HttpRequest) -> HttpResponse:
    """Return the votes of the lesson as CSV."""
    try:
        access.check_open()
        access.check_teacher(request)
    except Refused as refused:
        return http.refusal(refused)
    headers = {"Content-Disposition": 'attachment; filename="votes.csv"', "Cache-Control": "no-store"}
    return HttpResponse(export.as_csv(), content_type="text/csv; charset=utf-8", headers=headers)


qr_code.media_type = "image/svg+xml"  # type: ignore[attr-defined]  # for the API's description
votes.media_type = "text/csv"  # type: ignore[attr-defined]
