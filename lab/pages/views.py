"""Views of the pages."""

from importlib import import_module
from urllib.parse import quote

from django.conf import settings
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.html import format_html
from django.views.decorators.cache import cache_control
from django.views.decorators.clickjacking import xframe_options_exempt

from lab.messages.errors import Refused
from lab.messages.validation import AUTHOR_MAX, ROOM_MAX, TEXT_MAX, clean_room
from lab.net import lan
from lab.pages import wire_origins
from lab.pages.csp import POLICY, policy
from lab.pages.highlight import listing
from lab.pages.margin import MARGIN
from lab.techniques import stage_script, stage_sources

BESIDE = "-beside"  # ends the name of the room in which the second of two stages is tried


def index(request):
    """Offer a room and a technique; the form's query, `room` and `to`, redirects to the choice."""
    room, to = request.GET.get("room", "lobby"), request.GET.get("to")
    try:
        clean = clean_room(room)
    except Refused:
        return render(request, "lab/index.html", {"room": room, "refused": True}, status=400)
    if to in _destinations():
        return HttpResponseRedirect(f"/{to}/{quote(clean, safe='')}/")
    return render(request, "lab/index.html", {"room": clean})


def chat(request, room, technique):
    """Show the chat of one room by one technique."""
    room = _room(room)
    context = {"room": room, "isolated": format_html("<bdi>{}</bdi>", room), "technique": _described(technique)}
    return render(request, "lab/chat.html", context)


def compare(request, room):
    """Show the chat of one room by all techniques, side by side."""
    context = {"room": _room(room), "comparing": True, "more_scripts": _more_scripts()}
    origins = wire_origins.of(request)
    if origins is None:
        return render(request, "lab/compare.html", context)
    described = [
        {"technique": _described(name), "origin": origins.wires[name], "pane": f"{name}-pane"} for name in origins.wires
    ]
    response = render(
        request, "lab/compare.html", context | {"wires": described, "control": origins.control, "margin": str(MARGIN)}
    )
    response.headers[POLICY] = policy(connect=[origins.control], frame=origins.wires.values())
    return response


def qr(request, room):
    """Return the address of the page with all techniques as a QR code, in SVG."""
    code = lan.qr_svg(request.build_absolute_uri(reverse("compare", args=[_room(room)])))
    return HttpResponse(code, "image/svg+xml", headers={"Cache-Control": "no-store"})


@xframe_options_exempt
def pane(request, room, technique):
    """Show one technique's pane, at its wire's origin; only the board may frame it."""
    room, origins = _room(room), wire_origins.of(request)
    if origins is None:
        raise Http404
    response = render(
        request, "lab/pane.html", {"room": room, "technique": _described(technique), "board": origins.page}
    )
    response.headers[POLICY] = policy(ancestors=[origins.page])
    return response


def stage(request, technique, stage, room):
    """Show one stage of a technique's staircase, with its source code; `?beside=STAGE` shows another one beside it."""
    described, beside = _described(technique), request.GET.get("beside", "")
    stages = described["stages"]
    if stage not in stages:
        raise Http404
    room, others = _room(room), [each for each in stages if each != stage]
    trials = [_trial(technique, stage, room)]
    if beside in others:
        trials.append(_trial(technique, beside, f"{room[: ROOM_MAX - len(BESIDE)]}{BESIDE}"))
    context = {"room": room, "technique": described, "stage": stage, "number": stages.index(stage) + 1}
    context |= {"trials": trials, "others": others, "beside": len(trials) > 1 and beside}
    return render(request, "lab/stage.html", context)


@cache_control(max_age=60)
def colours(request):
    """Return the techniques' colours as a style sheet, because the policy allows no inline styles."""
    rules = [f'[data-technique="{name}"] {{ --colour: {_described(name)["colour"]}; }}' for name in settings.TECHNIQUES]
    return HttpResponse("\n".join(rules), content_type="text/css; charset=utf-8")


def techniques(request):
    """Context for every page: the techniques, and the bounds of the form fields."""
    bounds = {"room_max": ROOM_MAX, "author_max": AUTHOR_MAX, "text_max": TEXT_MAX, "hold_max": settings.HOLD_MAX}
    return bounds | {"techniques": [_described(name) for name in settings.TECHNIQUES]}


def _destinations():
    stages = [f"{name}/stages/{stage}" for name in settings.TECHNIQUES for stage in import_module(name).STAGES]
    return ["compare", *settings.TECHNIQUES, *stages]


def _more_scripts():
    """Return the scripts that other apps add to the board while a class is open."""
    apps = map(import_module, settings.MORE_APPS if settings.CLASS else ())
    return [app.BOARD_SCRIPT for app in apps if hasattr(app, "BOARD_SCRIPT")]


def _described(name):
    technique = import_module(name)
    line = technique.__doc__ or ""
    sentence = line.partition(": ")[2] or line
    return {
        "name": name,
        "title": technique.TITLE,
        "colour": technique.COLOUR,
        "sentence": sentence[0].upper() + sentence[1:],
        "stages": technique.STAGES,
        "client": f"{name}/client.js",
        # The technique's own templates, if it has them.
        "about": [f"{name}/about.html", "lab/nothing.html"],
        "words": [f"{name}/stages.html", "lab/nothing.html"],
    }


def _trial(technique, stage, room):
    """Return what the page needs to try a stage in a room."""
    stages = _described(technique)["stages"]
    sources = [(path, listing(text, path.rpartition(".")[2])) for path, text in stage_sources(technique, stage)]
    trial = {"stage": stage, "number": stages.index(stage) + 1, "finished": stage == stages[-1], "room": room}
    return trial | {"script": stage_script(technique, stage), "sources": sources}


def _room(name):
    try:
        return clean_room(name)
    except Refused as exc:
        raise Http404(str(exc)) from exc
