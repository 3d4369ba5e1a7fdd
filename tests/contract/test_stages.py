"""Section 6: every stage of every technique has a page and a client, and refuses like the finished version."""

from importlib import import_module
from threading import Thread

import pytest

from support.processes import until
from support.raw_http import get, post
from support.technique_io import HTTP, STAGES, client, stage_path

STAIRCASES = {
    "polling": ("whole", "after", "etag", "adaptive"),
    "longpoll": ("hold", "queue", "after"),
    "sse": ("stream", "replay", "bounded"),
    "websocket": ("echo", "list", "sync", "async", "room"),
}

every_stage = pytest.mark.parametrize(("technique", "stage"), STAGES)
over_http = pytest.mark.parametrize(("technique", "stage"), [pair for pair in STAGES if pair[0] in HTTP])


def test_6_the_staircases_have_these_stages(technique):
    assert STAIRCASES.get(technique, ()) == import_module(technique).STAGES


@every_stage
def test_6_every_stage_has_its_page(server, room, technique, stage):
    page = get(server.url, f"/{technique}/stages/{stage}/{room}/")
    place = STAIRCASES[technique].index(stage) + 1
    assert page.status == 200
    assert f"Stage {place} of {len(STAIRCASES[technique])}: {stage}" in page.body.decode()
    assert f"/{technique}/stages/{stage}/{room}/" in get(server.url, f"/{technique}/{room}/").body.decode()


def test_6_an_unknown_stage_has_no_page_and_no_address(server, room, technique):
    assert get(server.url, f"/{technique}/stages/none/{room}/").status == 404
    assert get(server.url, stage_path(technique, "none", room)).status == 404


@every_stage
def test_6_every_stage_serves_its_python_client(server, room, technique, stage):
    reader, received = client(technique, server, room, stage=stage), []
    listening = Thread(target=lambda: received.append(next(reader.messages())), daemon=True)
    listening.start()
    until(lambda: received or (reader.publish("hi") and listening.join(0.1)), "nothing was delivered")
    assert (received[0]["text"], received[0]["room"], received[0]["author"]) == ("hi", room, "Ann")
    reader.close()


@over_http
def test_6_every_stage_refuses_with_the_same_sentence(server, room, technique, stage):
    refused = post(server.url, stage_path(technique, stage, room), {"author": "Ann", "text": " "})
    assert (refused.status, refused.sentence) == (400, "text: not only white space.")
    assert get(server.url, stage_path(technique, stage, "a.b")).status == 404
    assert get(server.url, stage_path(technique, stage, room), Origin="http://evil.example").status == 403
