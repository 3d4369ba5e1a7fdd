"""RFC 6455: the running server handles each case of frames.toml, sent over a plain socket, as the standard says."""

import tomllib
from contextlib import suppress
from pathlib import Path
from socket import SHUT_WR

import pytest

from support.raw_websocket import frame, open_raw_websocket, payload, read_frames
from support.technique_io import publish

CASES = tomllib.loads(Path(__file__).with_name("frames.toml").read_text())["cases"]


def same(response, expected):
    """Return whether a frame of the server is the one that a case expects."""
    if isinstance(response, tuple):
        kind, _colon, text = expected.partition(":")
        return response == (f"{kind}:", payload(text))
    return response == expected


def run(server, room, case, pieces):
    """Send a case's frames in these pieces; check that the server's frames are those expected."""
    open_still = not case["expect"][-1].startswith(("end", "close:"))
    with open_raw_websocket(server, room) as (connection, file):
        responses = (response for response in read_frames(file) if response not in case.get("may", ()))
        with suppress(ConnectionError):  # the server may close before it has read everything
            for piece in pieces:
                connection.sendall(piece)
            if case.get("end"):
                connection.shutdown(SHUT_WR)
        for expected in case["expect"]:
            assert same(next(responses), expected)
        with suppress(OSError):
            connection.sendall(frame("close: code=1000"))  # this replies to the server's close, or starts one
        if open_still:
            assert next(responses) == "close:1000"
        assert case.get("end") or next(responses) == "end"


def check_store(server, room, case):
    """Check that only the frames that publish stored a message."""
    acknowledged = sum("published" in (response, *case.get("may", ())) for response in case["expect"])
    assert publish("polling", server, room, nonce="next")[1]["id"] <= 1 + acknowledged


@pytest.mark.parametrize("case", list(CASES.values()), ids=list(CASES))
def test_rfc_6455(server, room, case):
    run(server, room, case, [frame(line) for line in case["write"]])
    check_store(server, room, case)


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if len(case["write"]) > 1])
def test_rfc_6455_frames_mean_the_same_byte_by_byte_and_all_at_once(server, room, name):
    data = b"".join(frame(line) for line in CASES[name]["write"])
    run(server, f"{room}-a", CASES[name], [data])
    if len(data) < 1_000:
        run(server, f"{room}-b", CASES[name], [data[place : place + 1] for place in range(len(data))])


def test_every_case_names_its_reason_and_section():
    for name, case in CASES.items():
        assert set(case) <= {"why", "write", "expect", "end", "may"}, name
        assert case["why"], name
        assert case["expect"], name
