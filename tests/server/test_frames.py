"""RFC 6455 on the served stack: each case of frames.toml over a raw socket."""

import tomllib
from contextlib import suppress
from pathlib import Path
from socket import SHUT_WR

import pytest

from support.raw_websocket import frame, heard, payload, shaken
from support.technique_io import publish

CASES = tomllib.loads(Path(__file__).with_name("frames.toml").read_text())["cases"]


def same(answer, expected):
    """Tell whether the server said what a case expects."""
    if isinstance(answer, tuple):
        kind, _colon, text = expected.partition(":")
        return answer == (f"{kind}:", payload(text))
    return answer == expected


def run(server, room, case, pieces):
    """Write the case's frames in these pieces; see that the answers are those expected."""
    open_still = not case["expect"][-1].startswith(("end", "close:"))
    with shaken(server, room) as (connection, file):
        answers = (answer for answer in heard(file) if answer not in case.get("may", ()))
        with suppress(ConnectionError):  # the server may close before it has all
            for piece in pieces:
                connection.sendall(piece)
            if case.get("end"):
                connection.shutdown(SHUT_WR)
        for expected in case["expect"]:
            assert same(next(answers), expected)
        with suppress(OSError):
            connection.sendall(frame("close: code=1000"))  # the server's own close is answered, or this one is
        if open_still:
            assert next(answers) == "close:1000"
        assert case.get("end") or next(answers) == "end"


def check_store(server, room, case):
    """See that nothing was stored but by the frames that publish."""
    acknowledged = sum("published" in (answer, *case.get("may", ())) for answer in case["expect"])
    assert publish("polling", server, room, nonce="next")[1]["id"] <= 1 + acknowledged


@pytest.mark.parametrize("case", list(CASES.values()), ids=list(CASES))
def test_rfc_6455(server, room, case):
    run(server, room, case, [frame(line) for line in case["write"]])
    check_store(server, room, case)


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if len(case["write"]) > 1])
def test_rfc_6455_frames_that_come_byte_by_byte_or_all_at_once_are_the_same(server, room, name):
    data = b"".join(frame(line) for line in CASES[name]["write"])
    run(server, f"{room}-a", CASES[name], [data])
    if len(data) < 1_000:
        run(server, f"{room}-b", CASES[name], [data[place : place + 1] for place in range(len(data))])


def test_every_case_says_why_and_of_which_section():
    for name, case in CASES.items():
        assert set(case) <= {"why", "write", "expect", "end", "may"}, name
        assert case["why"], name
        assert case["expect"], name
