"""Section 2.3: the event stream."""

import json
import time

import pytest

from support.processes import SMALL
from support.raw_http import get, room_path
from support.sse_parser import Parser, stream
from support.technique_io import publish, publish_many


def heartbeats(events):
    """Return the heartbeats received so far."""
    return [event for event in events.events if event[0] == "heartbeat"]


def said(events):
    return [json.loads(data) for kind, data, _id in events.events if kind == "message"]


def test_2_3_the_headers_forbid_buffering_and_caching(server, room):
    with stream(server.url, room_path("sse", room)) as events:
        assert events.headers["content-type"].split(";")[0] == "text/event-stream"
        assert events.headers["cache-control"] == "no-store"
        assert events.headers["x-accel-buffering"] == "no"


def test_2_3_a_stream_begins_with_retry_1000(server, room):
    publish_many(server, room, 2)
    with stream(server.url, room_path("sse", room, "?after=0")) as events:
        events.messages(2)
        assert events.raw.startswith(b"retry: 1000\n\nid: 1\ndata: {")
        assert events.parser.retry == 1000


def test_2_3_each_message_is_an_id_and_one_line_of_json(server, room):
    publish("sse", server, room, "hi")
    with stream(server.url, room_path("sse", room, "?after=0")) as events:
        (message,) = events.messages(1)
        lines = events.raw.decode().split("\n")
        assert lines[2] == "id: 1"
        assert json.loads(lines[3].removeprefix("data: ")) == message
        assert lines[4:] == ["", ""]


def test_2_3_the_last_event_id_is_the_messages_id(server, room):
    publish_many(server, room, 5)
    with stream(server.url, room_path("sse", room, "?after=0")) as events:
        events.messages(5)
        assert [last_id for _kind, _data, last_id in events.events] == ["1", "2", "3", "4", "5"]


def test_2_3_a_heartbeat_comes_in_silence_and_only_messages_have_an_id(small, room):
    publish_many(small, room, 3)
    with stream(small.url, room_path("sse", room, "?after=9")) as events:
        events.until(lambda: len(heartbeats(events)) >= 2)  # small_settings.HEARTBEAT is 0.3 s
        assert events.raw.startswith(b"retry: 1000\n\nevent: reset\ndata: ")
        assert events.raw.count(b"\nid: ") == 3
        kinds = [kind for kind, _data, _id in events.events]
        assert kinds[:5] == ["reset", "message", "message", "message", "heartbeat"]
        assert heartbeats(events)[0] == ("heartbeat", "{}", "3"), (
            "it has its own type, and leaves the last id unchanged"
        )
        assert events.events[0][2] == ""  # a reset has no id


def test_2_3_a_heartbeat_comes_no_earlier_than_the_silence(small, room):
    with stream(small.url, room_path("sse", room)) as events:
        events.until(lambda: events.parser.retry)
        before = time.monotonic()
        events.until(lambda: heartbeats(events))
        assert time.monotonic() - before >= 0.2


def test_2_3_a_heartbeat_comes_only_after_the_messages_stop(start, room):
    server, silence = start(**SMALL, SMALL_HEARTBEAT="2"), 2  # seconds
    with stream(server.url, room_path("sse", room)) as events:
        begun, number = time.monotonic(), 0
        while time.monotonic() - begun < 2 * silence:
            number += 1
            publish("sse", server, room, str(number))
            events.messages(number)
            last = time.monotonic()
            time.sleep(0.1)
        assert not heartbeats(events)
        events.until(lambda: heartbeats(events))
        assert time.monotonic() - last > 0.9 * silence


def test_2_3_last_event_id_wins_over_after(server, room):
    publish_many(server, room, 4)
    with stream(server.url, room_path("sse", room, "?after=0"), Last_Event_ID="3") as events:
        assert [message["id"] for message in events.messages(1)] == [4]


def test_2_3_an_empty_last_event_id_counts_as_none(server, room):
    publish_many(server, room, 2)
    with stream(server.url, room_path("sse", room, "?after=1"), Last_Event_ID="") as events:
        assert [message["id"] for message in events.messages(1)] == [2]


@pytest.mark.parametrize("value", ["abc", "-1", "1.5", "99999999999999999999", "1\t2", "\u00e9", "0x1"])
def test_4_a_last_event_id_that_is_no_id_is_refused(server, room, value):
    response = get(server.url, room_path("sse", room), Last_Event_ID=value)
    assert (response.status, response.sentence) == (400, f"Last-Event-ID: a whole number from 0 to {2**63 - 1}.")


def test_2_3_last_event_id_beyond_the_last_id_causes_a_reset(server, room):
    publish_many(server, room, 2)
    with stream(server.url, room_path("sse", room), Last_Event_ID="3") as events:
        assert [message["id"] for message in events.messages(2)] == [1, 2]
        assert events.events[0][0] == "reset"


@pytest.mark.parametrize(
    "text",
    [
        "x\n\nid: 99\ndata: forged\n\n",
        "x\r\rid: 99\rdata: forged\r\r",
        "x\r\n\r\nevent: reset\r\ndata: {}\r\n\r\n",
        "x\u2028id: 99\u2028\u2028data: forged\u0085\u0085id: 98\x0b\x0c\x1c\x1d\x1e",
        "\nretry: 1\n: comment\n",
    ],
)
def test_4_a_text_cannot_break_out_of_its_field(server, room, text):
    publish("sse", server, room, text, author="A\u00a0id: 7")
    publish("sse", server, room, "end")
    with stream(server.url, room_path("sse", room, "?after=0")) as events:
        first, second = events.messages(2)
        assert (first["text"], second["text"]) == (text, "end")
        # In the bytes: two events of two lines each, no carriage return, and no other line end.
        body = events.raw.removeprefix(b"retry: 1000\n\n")
        assert b"\r" not in events.raw
        assert [line[:5] for line in body.split(b"\n")] == [b"id: 1", b"data:", b"", b"id: 2", b"data:", b"", b""]


def test_2_3_a_stream_stays_open_and_delivers_new_messages(small, room):
    with stream(small.url, room_path("sse", room)) as events:
        events.until(lambda: len(heartbeats(events)) >= 2)
        publish("sse", small, room, "late")
        assert events.messages(1)[0]["text"] == "late"


def test_the_tests_own_parser_follows_the_standard():
    parser = Parser()
    events = parser.feed(": c\r\nid: 1\rdata: a\u2028\ndata:b\n\nevent: x\nid: 2\n\ndata\n\nretry: 5\ndata: z".encode())
    assert events == [("message", "a\u2028\nb", "1"), ("message", "", "2")]
    assert (parser.retry, parser.comments) == (5, ["c"])
