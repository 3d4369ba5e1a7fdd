"""Every byte has one kind: what counts as what, in each of the techniques and in streams that are neither."""

import pytest
from websockets.frames import Opcode

from lab.wire.dissect import dissect
from support.handmade_streams import (
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


def test_an_events_id_is_found_wherever_chunks_cut_it():
    stream = STREAM_HEAD + chunk(b"id: 1") + chunk(b"7\ndata: x\n\n")
    assert read(("up", ASK), ("down", stream)).wire.capture.exchanges[-1].messages() == [17]


def test_fields_after_the_last_chunk_are_shown_as_fields():
    head = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n"
    reading = read(("up", ASK), ("down", head + chunk(b"x") + b"0\r\nAge: 3\r\n\r\n"))
    assert counted(reading, "down")["headers"] == len(head) + len(b"Age: 3\r\n")
    parts = dissect(reading.wire.capture.exchanges[-1])
    assert [part["name"] for part in parts[-3:]] == ["chunk size", "Age", "chunk end"]


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
        assert any("a sign for scripts" in part["explains"] for part in dissect(beats[0]))
        assert reading.wire.messages == 2


BOM = b"\xef\xbb\xbf"


def test_one_byte_order_mark_before_an_event_stream_is_no_part_of_it():
    """HTML §9.2.5: a second one, or one further on, begins a field's name."""
    head = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n"
    reading = read(("up", ASK), ("down", head + BOM + b"data: a\n\n" + BOM + b"data: b\n\n" + event()))
    assert counted(reading, "down")["payload"] == 1 + M
    assert counted(reading, "down")["idle"] == len(BOM + b"data: b\n\n")
    first, second, _third = [each for each in reading.wire.capture.exchanges if each.kind in ("event", "comment")]
    assert [part["name"] for part in dissect(first)] == ["byte order mark", "data", "blank line"]
    assert [part["name"] for part in dissect(second)] == ["\ufeffdata", "blank line"]
    twice = read(("up", ASK), ("down", head + BOM + BOM + b"data: a\n\n"))
    assert "payload" not in counted(twice, "down")


def test_half_a_byte_order_mark_begins_a_fields_name():
    stream = BOM[:2] + b"data: a\n\n" + event()
    reading = read(("up", ASK), ("down", STREAM_HEAD + chunk(stream[:1]) + chunk(stream[1:])))
    assert counted(reading, "down")["payload"] == M


def test_a_stream_begins_anew_after_one_that_was_cut_short():
    cut = STREAM_HEAD + chunk(b"data: half\nda") + b"0\r\n\r\n"
    reading = read(("up", ASK + ASK), ("down", cut + STREAM_HEAD + chunk(BOM + b"data: whole\n\n")))
    assert counted(reading, "down")["payload"] == len(b"half" + b"whole")
    assert [each.payload for each in reading.wire.capture.exchanges if each.kind == "event"] == [len(b"whole")]


@pytest.mark.parametrize(
    ("kind", "is_stream"),
    [
        *(
            (kind, True)
            for kind in (b"text/event-stream", b"Text/Event-Stream ; charset=utf-8", b"text/event-stream;x")
        ),
        *((kind, False) for kind in (b"text/event-streams", b"text/event-stream-x", b"text/event", b"", b"text/html")),
        (b"text/event-stream, text/html", False),
        (b"application/json; a=text/event-stream", False),
    ],
)
def test_an_event_stream_is_of_that_media_type_alone(kind, is_stream):
    head = b"HTTP/1.1 200 OK\r\ncontent-type: %b\r\ncontent-length: %d\r\n\r\n" % (kind, len(event()))
    reading = read(("up", ASK), ("down", head + event()))
    assert (kinds_of(reading)[-1] == ("down", "close") or "event" in dict(kinds_of(reading)).values()) is is_stream
    assert counted(reading, "down")["payload"] == (M if is_stream else len(event()))


@pytest.mark.parametrize(
    "coding", [b"Content-Encoding: gzip\r\nTransfer-Encoding: chunked", b"transfer-encoding: gzip, chunked"]
)
@pytest.mark.parametrize("kind", [b"text/event-stream", b"application/json"])
def test_what_is_compressed_is_payload_and_its_chunks_are_framing(coding, kind):
    head = b"HTTP/1.1 200 OK\r\ncontent-type: %b\r\n%b\r\n\r\n" % (kind, coding)
    reading = read(("up", ASK + ASK), ("down", head + chunk(b"\x1f\x8b:\n\n") + b"0\r\n\r\n" + answer(MESSAGE)))
    assert counted(reading, "down")["payload"] == 5 + M
    assert "other" not in counted(reading, "down")
    assert kinds_of(reading)[2:] == [("down", "answer")] * 2


@pytest.mark.parametrize(
    "codings", [b"gzip,chunked", b"GZIP , Chunked", b"gzip\r\nTransfer-Encoding:chunked", b",chunked,"]
)
def test_a_request_in_several_transfer_codings_ends_with_its_chunks(codings):
    head = b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: %b\r\n\r\n" % codings
    reading = read(("up", head + chunk(MESSAGE) + b"0\r\n\r\n" + ASK))
    assert counted(reading, "up") == {
        "headers": len(head) + len(ASK), "payload": M, "framing": len(chunk(MESSAGE)) - M + 5,
    }  # fmt: skip


def test_an_answer_whose_last_coding_is_not_chunked_ends_with_its_connection():
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked, gzip\r\nContent-Length: 3\r\n\r\n"
    reading = read(("up", ASK), ("down", head + MESSAGE))
    reading.end()
    assert counted(reading, "down") == {"headers": len(head), "payload": M}
    request = b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip\r\n\r\n"  # whose end nobody could know
    assert counted(read(("up", request)), "up") == {"other": len(request)}


def test_identity_is_no_compression():
    page = answer(b'{"messages":[%b]}' % MESSAGE, head=b"content-encoding: identity\r\n")
    reading = read(("up", ASK), ("down", page))
    assert reading.wire.messages == 1


@pytest.mark.parametrize("status", [b"204 No Content", b"304 Not Modified", b"200 OK"])
def test_an_event_stream_without_a_body_is_an_answer(status):
    method = ASK if status != b"200 OK" else ASK.replace(b"GET", b"HEAD")
    head = b"HTTP/1.1 %b\r\ncontent-type: text/event-stream\r\n\r\n" % status
    reading = read(("up", method + ASK), ("down", head + answer(MESSAGE)))
    assert kinds_of(reading)[2][1] in ("answer", "empty")
    assert kinds_of(reading)[3] == ("down", "answer")
    assert counted(reading, "down")["payload"] == M


def test_interim_answers_are_headers_before_the_answer():
    early = b"HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n"
    reading = read(("up", post()), ("down", early + answer(MESSAGE, b"201 Created")))
    assert counted(reading, "down")["payload"] == M
    request, *answers = [each for each in reading.wire.capture.exchanges if each.size]
    assert [each.answers for each in answers] == [request.id] * 3


@pytest.mark.parametrize("kind", [b"text/event-stream", b"application/json"])
def test_an_answer_without_a_length_ends_with_its_connection(kind):
    """HTTP/1.0 knows no chunks."""
    head = b"HTTP/1.0 200 OK\r\ncontent-type: %b\r\n\r\n" % kind
    body = event() if kind == b"text/event-stream" else b'{"messages":[%b]}' % MESSAGE
    reading = read(("up", ASK.replace(b"1.1", b"1.0")), ("down", head + body))
    reading.end()
    assert counted(reading, "down")["payload"] == M
    assert reading.wire.messages == 1
    assert "other" not in counted(reading, "down")


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
    *_parts, payload = dissect(reading.wire.capture.exchanges[-1])
    assert "a sign for scripts" in payload["explains"]
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


H2C = b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AA\r\n"


def test_an_upgrade_that_the_server_ignores_is_a_request():
    """Java's client asks for one with each request (RFC 9110 §7.8)."""
    asking = post().replace(b"Host: x\r\n", b"Host: x\r\n" + H2C)
    reading = read(("up", asking + ASK), ("down", answer(MESSAGE)), ("up", ASK), ("down", answer(MESSAGE) * 2))
    assert {kind for _direction, kind in kinds_of(reading)} == {"request", "answer"}
    assert counted(reading, "up")["payload"] == M
    assert reading.wire.requests == 3
    assert "other" not in counted(reading, "up")


def test_an_upgrade_to_another_protocol_is_not_read_as_http():
    upgraded = b"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: foo\r\n\r\n"
    reading = read(("up", ASK.replace(b"Host: x", b"Host: x\r\nConnection: Upgrade\r\nUpgrade: foo") + ASK))
    reading.feed("down", upgraded + answer(MESSAGE))
    reading.feed("up", ASK)
    assert counted(reading, "up")["other"] == 2 * len(ASK)
    assert counted(reading, "down")["other"] == len(answer(MESSAGE))
    assert reading.wire.requests == 1


@pytest.mark.parametrize(
    "upgrade",
    [
        b"Connection: keep-alive, Upgrade\r\nUpgrade: websocket, h2c",
        b"Connection: upgrade\r\nUpgrade: h2c\r\nUpgrade: WebSocket",
        b"Connection: keep-alive\r\nConnection: Upgrade\r\nUpgrade:\twebsocket ",
    ],
)
def test_upgrade_and_connection_are_lists(upgrade):
    asking = UPGRADE.replace(b"Connection: Upgrade\r\nUpgrade: websocket", upgrade)
    reading = read(("up", asking + frame(mask=True)), ("down", UPGRADED + frame()))
    assert counted(reading, "up") == {"handshake": len(asking), "payload": M, "framing": 6}
    assert counted(reading, "down") == {"handshake": len(UPGRADED), "payload": M, "framing": 2}


def test_without_connection_an_upgrade_is_none():
    asking = UPGRADE.replace(b"Connection: Upgrade\r\n", b"")
    reading = read(("up", asking + ASK), ("down", answer(MESSAGE) * 2))
    assert counted(reading, "up") == {"headers": len(asking + ASK)}


def test_a_handshake_of_another_version_leaves_http():
    needed = answer(b'{"error": "no"}', b"426 Upgrade Required", b"upgrade: websocket\r\nsec-websocket-version: 13\r\n")
    reading = read(("up", UPGRADE), ("down", needed), ("up", ASK), ("down", answer(MESSAGE)))
    assert counted(reading, "up") == {"headers": len(UPGRADE) + len(ASK)}
    assert counted(reading, "down")["payload"] == len(b'{"error": "no"}') + M


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
