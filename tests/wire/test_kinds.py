"""Every byte has one kind: what counts as what, in each of the techniques and in streams that are neither."""

import pytest
from streams_by_hand import (
    ASK,
    MESSAGE,
    STREAM_HEAD,
    UPGRADE,
    UPGRADED,
    account,
    answer,
    chunk,
    counted,
    event,
    frame,
    post,
)
from websockets.frames import Opcode

from lab.wire.parts import taken_apart

M = len(MESSAGE)


def read(*pieces):
    """Return an account that has read (direction, bytes), …"""
    reading = account()
    for direction, data in pieces:
        reading.feed(direction, data)
    return reading


def kinds_of(reading):
    """Return the kinds of the exchanges that have bytes."""
    return [(exchange.direction, exchange.kind) for exchange in reading.wire.capture.exchanges if exchange.size]


def test_a_publish_is_its_head_and_its_payload():
    reading = read(("up", post()), ("down", answer(MESSAGE, b"201 Created")))
    assert counted(reading, "up") == {"payload": M, "headers": len(post()) - M}
    assert counted(reading, "down") == {"payload": M, "headers": len(answer(MESSAGE, b"201 Created")) - M}
    assert kinds_of(reading) == [("up", "request"), ("down", "answer")]


def test_an_empty_poll_is_idle_with_its_request():
    page = answer(b'{"messages":[],"last":1,"more":false}')
    reading = read(("up", ASK), ("down", page))
    assert counted(reading, "up") == {"idle": len(ASK)}
    assert counted(reading, "down") == {"idle": len(page)}
    assert kinds_of(reading) == [("up", "request"), ("down", "empty")]
    assert reading.wire.empty_responses == 1


def test_a_page_is_payload_in_an_envelope():
    body = b'{"messages":[%b,%b],"last":18,"more":false}' % (MESSAGE, MESSAGE)
    reading = read(("up", ASK), ("down", answer(body)))
    assert counted(reading, "up") == {"headers": len(ASK)}
    envelope = len(body) - 2 * M
    headers = len(answer(body)) - len(body)
    assert counted(reading, "down") == {"payload": 2 * M, "framing": envelope, "headers": headers}
    assert reading.wire.messages == 2
    exchange = reading.wire.capture.exchanges[-1]
    assert (exchange.messages(), exchange.payload) == ([17], 2 * M)


def test_a_page_in_chunks_counts_their_sizes_as_framing():
    body = b'{"messages":[%b],"last":17}' % MESSAGE
    head = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n"
    chunks = chunk(body[:20]) + chunk(body[20:]) + b"0\r\n\r\n"
    reading = read(("up", ASK), ("down", head + chunks))
    assert counted(reading, "down") == {"payload": M, "framing": len(chunks) - M, "headers": len(head)}


def test_an_event_stream_is_handshake_framing_payload_and_idle():
    begin, alive = chunk(b"retry: 1000\n\n"), chunk(b": alive\n\n") + chunk(b"event: heartbeat\ndata: {}\n\n")
    reading = read(("up", ASK), ("down", STREAM_HEAD + begin + chunk(event()) + alive))
    assert counted(reading, "up") == {"handshake": len(ASK)}
    assert counted(reading, "down") == {
        "handshake": len(STREAM_HEAD),
        "idle": len(begin + alive),
        "payload": M,
        "framing": len(chunk(event())) - M,
    }
    assert kinds_of(reading)[1:] == [("down", kind) for kind in ("stream", "comment", "event", "comment", "heartbeat")]
    assert reading.wire.messages == 1


def test_an_event_stream_of_another_server_counts_the_same():
    """No chunks, CRLF, several data fields, a type of its own, no space after the colon."""
    head = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n"
    stream = b"event:x\r\ndata:abc\r\ndata: de\r\n\r\n: hi\r\n\r\n"
    reading = read(("up", ASK), ("down", head + stream))
    assert counted(reading, "down") == {"handshake": len(head), "payload": 5, "framing": 26, "idle": 8}


@pytest.mark.parametrize("lines", [b"event: heartbeat\ndata: {}\n\n", b"data:{}\r\nevent:heartbeat\r\n\r\n"])
def test_a_heartbeat_is_idle_with_or_without_a_chunk_of_its_own(lines):
    for head, cut in ((STREAM_HEAD, chunk), (STREAM_HEAD.replace(b"transfer-encoding: chunked\r\n", b""), bytes)):
        stream = cut(event()) + cut(lines) + cut(lines) + cut(event())
        reading = read(("up", ASK), ("down", head + stream))
        idle = 2 * len(cut(lines))
        assert counted(reading, "down") == {
            "handshake": len(head), "idle": idle, "payload": 2 * M, "framing": len(stream) - idle - 2 * M,
        }  # fmt: skip
        beats = [exchange for exchange in reading.wire.capture.exchanges if exchange.kind == "heartbeat"]
        assert [beat.payload for beat in beats] == [0, 0]
        assert any("tells scripts" in part["explains"] for part in taken_apart(beats[0]))
        assert reading.wire.messages == 2


def test_frames_are_framing_payload_and_idle():
    up = frame(mask=True) + frame(b"", Opcode.PONG, mask=True) + frame(b"\x03\xe8", Opcode.CLOSE, mask=True)
    down = frame(b"p", Opcode.PING) + frame(b'{"type":"message",%b' % MESSAGE[1:])
    down += frame(b'{"type": "published", "nonce": "n", "id": 17}') + frame(b'{"type": "heartbeat"}')
    reading = read(("up", UPGRADE), ("down", UPGRADED), ("up", up), ("down", down))
    assert counted(reading, "up") == {"handshake": len(UPGRADE), "payload": M, "framing": 6 + 8, "idle": 6}
    assert counted(reading, "down")["handshake"] == len(UPGRADED)
    assert counted(reading, "down")["idle"] == 3 + 23
    assert kinds_of(reading)[2:] == [
        *[("up", kind) for kind in ("frame", "pong", "close")],
        *[("down", kind) for kind in ("ping", "frame", "frame", "heartbeat")],
    ]
    *_parts, payload = taken_apart(reading.wire.capture.exchanges[-1])
    assert "tells scripts" in payload["explains"]
    assert reading.wire.messages == 1
    assert [exchange.messages() for exchange in reading.wire.capture.exchanges][3] == ["n"]


def test_what_another_server_answers_is_payload():
    page = b"<!doctype html><p>" + b"x" * 2_000
    head = b"content-type: text/html\r\n"
    reading = read(("up", ASK), ("down", answer(page, head=head)))
    assert counted(reading, "down") == {"payload": len(page), "headers": len(answer(page, head=head)) - len(page)}


def test_answers_belong_to_their_requests_also_when_pipelined():
    reading = read(("up", ASK + post()), ("down", answer(b'{"messages":[]}') + answer(MESSAGE)))
    one, other, *answers = [exchange for exchange in reading.wire.capture.exchanges if exchange.size]
    assert [exchange.answers for exchange in answers] == [one.id, other.id]
    assert [exchange.kind for exchange in answers] == ["empty", "answer"]


def test_head_requests_and_statuses_without_a_body_have_none():
    head = b"HEAD / HTTP/1.1\r\nHost: x\r\n\r\n"
    bodiless = b"HTTP/1.1 200 OK\r\ncontent-length: 500\r\n\r\n"
    unchanged = b"HTTP/1.1 304 Not Modified\r\ncontent-length: 500\r\n\r\n"
    reading = read(("up", head + ASK + ASK), ("down", bodiless + unchanged + answer(MESSAGE)))
    assert counted(reading, "down")["payload"] == M


def test_a_refused_upgrade_leaves_http():
    refusal = answer(b'{"error":"no"}', b"403 Forbidden")
    reading = read(("up", UPGRADE), ("down", refusal), ("up", ASK), ("down", answer(b'{"messages":[]}')))
    assert counted(reading, "up") == {"headers": len(UPGRADE), "idle": len(ASK)}


@pytest.mark.parametrize(
    "garbage",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(500),  # TLS says hello
        b"\0" * 100,
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"x" * 10_000,
        b"GET / HTTP/1.1\r\nHost: x\r\nX: \0\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nX: " + b"y" * 200_000,
    ],
)
def test_what_is_neither_is_other(garbage):
    reading = read(("up", garbage), ("down", garbage))
    reading.end()
    assert counted(reading, "up") == counted(reading, "down") == {"other": len(garbage)}
    captured = [exchange for exchange in reading.wire.capture.exchanges if exchange.direction == "up"]
    assert b"".join(exchange.data for exchange in captured) == garbage
