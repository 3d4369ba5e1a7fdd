"""A fifth technique is one folder and one word: here one is made on the fly."""

import os
from importlib import import_module

import pytest

from lab.messages.errors import Refused
from support import toy_technique
from support.processes import ServerProcess
from support.raw_http import get, post, room_path
from support.technique_io import TECHNIQUES, client, publish


@pytest.fixture(scope="module")
def toy(tmp_path_factory):
    """A server that knows the toy, which this process can import too."""
    folder = tmp_path_factory.mktemp("techniques")
    toy_technique.write(folder)
    names = ",".join([*TECHNIQUES, "toy"])
    server = ServerProcess(tmp_path_factory.mktemp("data"), LAB_TECHNIQUES=names, PYTHONPATH=os.fspath(folder)).start()
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(folder)
        yield server
    server.stop()


def test_a_fifth_technique_has_its_page_and_its_browser_client(toy):
    page = get(toy.url, "/toy/lobby/")
    assert page.status == 200
    assert "A toy" in page.body.decode()
    assert "/static/toy/client.js" in page.body.decode()
    script = get(toy.url, "/static/toy/client.js")
    assert (script.status, b"class Client" in script.body) == (200, True)


@pytest.mark.parametrize("path", ["/", "/compare/lobby/", "/polling/lobby/"])
def test_a_fifth_technique_stands_beside_the_others(toy, path):
    page = get(toy.url, path).body.decode()
    assert all(import_module(name).TITLE in page for name in (*TECHNIQUES, "toy"))


def test_a_fifth_technique_has_its_colour(toy):
    assert '[data-technique="toy"]' in get(toy.url, "/colours.css").body.decode()


def test_a_fifth_technique_delivers_what_every_other_publishes(toy, room, technique):
    reader = client("toy", toy, room, after=0)
    messages = reader.messages()
    for number in range(3):
        publish(technique, toy, room, str(number))
        assert next(messages)["text"] == str(number)
    reader.close()


def test_a_fifth_technique_publishes_what_every_other_delivers(toy, room, technique):
    reader, speaker = client(technique, toy, room, after=0), client("toy", toy, room)
    messages = reader.messages()
    for number in range(3):
        speaker.publish(str(number))
        assert next(messages)["text"] == str(number)
    reader.close()
    speaker.close()


def test_a_fifth_technique_refuses_as_the_others_do(toy, room):
    assert post(toy.url, room_path("toy", room), {"author": "Ann", "text": ""}).status == 400
    assert get(toy.url, room_path("toy", room, "?after=x")).status == 400
    assert get(toy.url, room_path("toy", "a.b")).status == 404
    assert get(toy.url, room_path("toy", room), Origin="http://evil.example").status == 403
    speaker = client("toy", toy, room)
    with pytest.raises(Refused):
        speaker.publish(" ")
    speaker.close()


def test_a_server_may_offer_fewer_techniques(start, room):
    server = start(LAB_TECHNIQUES="sse")
    assert publish("sse", server, room)[0] == 201
    assert get(server.url, room_path("polling", room)).status == 404
    assert "polling" not in get(server.url, "/compare/lobby/").body.decode()
