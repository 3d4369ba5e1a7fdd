"""The pages."""

from importlib import import_module

from django.conf import settings
from django.http import Http404
from django.shortcuts import render

from lab.message import Refused, clean_room

POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'self'",
    )
)


def index(request):
    """Choose a room, and a technique or all of them."""
    return render(request, "lab/index.html")


def chat(request, room, technique):
    """The chat of one room by one technique."""
    return render(request, "lab/chat.html", {"room": _room(room), "technique": _described(technique)})


def compare(request, room):
    """The chat of one room by all techniques, side by side."""
    return render(request, "lab/compare.html", {"room": _room(room)})


def techniques(request):
    """Tell every page of the techniques: name, title, colour, sentence, stages."""
    return {"techniques": [_described(name) for name in settings.TECHNIQUES]}


def content_security_policy(get_response):
    """Let the pages load and call nothing but this server."""

    def middleware(request):
        response = get_response(request)
        response.headers.setdefault("Content-Security-Policy", POLICY)
        return response

    return middleware


def _described(name):
    technique = import_module(name)
    return {
        "name": name,
        "title": technique.TITLE,
        "colour": technique.COLOUR,
        "sentence": technique.__doc__,
        "stages": technique.STAGES,
    }


def _room(name):
    try:
        return clean_room(name)
    except Refused as exc:
        raise Http404(str(exc)) from exc
