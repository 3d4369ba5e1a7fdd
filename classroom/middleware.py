"""Phones that type the short address land on their own page."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.request import split_domain_port
from django.urls import reverse


def phones_first(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware: while a class is open, the first page of its address leads a browser to the phones' page."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if settings.CLASS and request.path == "/" and not request.GET and request.accepts("text/html"):
            host, _port = split_domain_port(request.get_host())
            if host == settings.CLASS["host"] and "Accept" in request.headers:
                return HttpResponseRedirect(reverse("join"))
        return get_response(request)

    return middleware
