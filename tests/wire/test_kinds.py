"""Every byte on a wire has one kind: the rules for each technique, and for streams of other programs."""

import pytest
from websockets.frames import Opcode

from lab.wire.dissect import dissect
from support.handmade_streams import (
    MESSAGE,
    POLL,
    STREAM_HEAD,
    UPGRADE,
    UPGRADED,
    byte_counts,
    chunk,
    event,
    frame,
    new_scan,
    post,
    response,
)

M = len(MESSAGE)


def read(*pieces):
    """Return a ConnectionScan that has read these pieces, (direction, bytes)."""
    reading = new_scan()
    for direction, data in pieces:
        reading.feed(direction, data)
    return reading


def kinds_of(reading):
    """Return the kinds of the exchanges that have bytes."""
    return [(exchange.direction, exchange.kind) for exchange in reading.wire.capture.exchanges if exchange.size]


def test_a_publish_is_headers_and_payload():
    reading = read(("up", post()), ("down", response(MESSAGE, b"201 Created")))
    assert byte_counts(reading, "up") == {"payload": M, "headers": len(post()) - M}
    assert byte_counts(reading, "down") == {"payload": M, "headers": len(response(MESSAGE, b"201 Created")) - M}
    assert kinds_of(reading) == [("up", "request"), ("down", "answer")]


def test_an_empty_poll_and_its_request_are_idle():
    page = response(b'{"messages":[],"last":1,"more":false}')
    reading = read(("up", POLL), ("down", page))
    assert byte_counts(reading, "up") == {"idle": len(POLL)}
    assert byte_counts(reading, "down") == {"idle": len(page)}
    assert kinds_of(reading) == [("up", "request"), ("down", "empty")]
    assert reading.wire.empty_responses == 1


def test_a_page_is_payload_in_an_envelope():
    body = b'{"messages":[%b,%b],"last":18,"more":false}' % (MESSAGE, MESSAGE)
    reading = read(("up", POLL), ("down", response(body)))
    assert byte_counts(reading, "up") == {"headers": len(POLL)}
    envelope = len(body) - 2 * M
    headers = len(response(body)) - len(body)
    assert byte_counts(reading, "down") == {"payload": 2 * M, "framing": envelope, "headers": headers}
    assert reading.wire.messages == 2
    exchange = reading.wire.capture.exchanges[-1]
    assert (exchange.messages(), exchange.payload) == ([17], 2 * M)


def test_a_page_in_chunks_counts_their_sizes_as_framing():
    body = b'{"messages":[%b],"last":17}' % MESSAGE
    head = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n"
    chunks = chunk(body[:20]) + chunk(body[20:]) + b"0\r\n\r\n"
    reading = read(("up", POLL), ("down", head + chunks))
    assert byte_counts(reading, "down") == {"payload": M, "framing": len(chunks) - M, "headers": len(head)}


def test_an_event_stream_is_handshake_framing_payload_and_idle():
    begin, alive = chunk(b"retry: 1000\n\n"), chunk(b": alive\n\n") + chunk(b"event: heartbeat\ndata: {}\n\n")
    reading = read(("up", POLL), ("down", STREAM_HEAD + begin + chunk(event()) + alive))
    assert byte_counts(reading, "up") == {"handshake": len(POLL)}
    assert byte_counts(reading, "down") == {
        "handshake": len(STREAM_HEAD),
        "idle": len(begin + alive),
        "payload": M,
        "framing": len(chunk(event())) - M,
    }
    assert kinds_of(reading)[1:] == [("down", kind) for kind in ("stream", "comment", "event", "comment", "heartbeat")]
    assert reading.wire.messages == 1


def test_an_events_id_is_found_wherever_chunks_cut_it():
    stream = STREAM_HEAD + chunk(b"id: 1") + chunk(b"7\ndata: x\n\n")
    assert read(("up", POLL), ("down", stream)).wire.capture.exchanges[-1].messages() == [17]


def test_trailers_are_shown_as_fields():
    head = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n"
    reading = read(("up", POLL), ("down", head + chunk(b"x") + b"0\r\nAge: 3\r\n\r\n"))
    assert byte_counts(reading, "down")["headers"] == len(head) + len(b"Age: 3\r\n")
    parts = dissect(reading.wire.capture.exchanges[-1])
    assert [part["name"] for part in parts[-3:]] == ["chunk size", "Age", "chunk end"]


def test_an_event_stream_of_another_server_counts_the_same():
    """It has no chunks, CRLF, several data fields, an event type, and no space after the colon."""
    head = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n"
    stream = b"event:x\r\ndata:abc\r\ndata: de\r\n\r\n: hi\r\n\r\n"
    reading = read(("up", POLL), ("down", head + stream))
    assert byte_counts(reading, "down") == {"handshake": len(head), "payload": 5, "framing": 26, "idle": 8}


@pytest.mark.parametrize("lines", [b"event: heartbeat\ndata: {}\n\n", b"data:{}\r\nevent:heartbeat\r\n\r\n"])
def test_a_heartbeat_is_idle_with_or_without_a_chunk_of_its_own(lines):
    for head, cut in ((STREAM_HEAD, chunk), (STREAM_HEAD.replace(b"transfer-encoding: chunked\r\n", b""), bytes)):
        stream = cut(event()) + cut(lines) + cut(lines) + cut(event())
        reading = read(("up", POLL), ("down", head + stream))
        idle = 2 * len(cut(lines))
        assert byte_counts(reading, "down") == {
            "handshake": len(head), "idle": idle, "payload": 2 * M, "framing": len(stream) - idle - 2 * M,
        }  # fmt: skip
        beats = [exchange for exchange in reading.wire.capture.exchanges if exchange.kind == "heartbeat"]
        assert [beat.payload for beat in beats] == [0, 0]
        assert any("a sign for scripts" in part["explains"] for part in dissect(beats[0]))
        assert reading.wire.messages == 2


BOM = b"\xef\xbb\xbf"


def test_one_byte_order_mark_before_an_event_stream_is_ignored():
    """A second one, or one later in the stream, is part of a field's name (HTML §9.2.5)."""
    head = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n"
    reading = read(("up", POLL), ("down", head + BOM + b"data: a\n\n" + BOM + b"data: b\n\n" + event()))
    assert byte_counts(reading, "down")["payload"] == 1 + M
    assert byte_counts(reading, "down")["idle"] == len(BOM + b"data: b\n\n")
    first, second, _third = [each for each in reading.wire.capture.exchanges if each.kind in ("event", "comment")]
    assert [part["name"] for part in dissect(first)] == ["byte order mark", "data", "blank line"]
    assert [part["name"] for part in dissect(second)] == ["\ufeffdata", "blank line"]
    twice = read(("up", POLL), ("down", head + BOM + BOM + b"data: a\n\n"))
    assert "payload" not in byte_counts(twice, "down")


def test_an_incomplete_byte_order_mark_is_part_of_a_field_name():
    stream = BOM[:2] + b"data: a\n\n" + event()
    reading = read(("up", POLL), ("down", STREAM_HEAD + chunk(stream[:1]) + chunk(stream[1:])))
    assert byte_counts(reading, "down")["payload"] == M


def test_a_stream_is_read_from_its_start_after_one_that_was_cut_off():
    cut = STREAM_HEAD + chunk(b"data: half\nda") + b"0\r\n\r\n"
    reading = read(("up", POLL + POLL), ("down", cut + STREAM_HEAD + chunk(BOM + b"data: whole\n\n")))
    assert byte_counts(reading, "down")["payload"] == len(b"half" + b"whole")
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
def test_only_the_media_type_text_event_stream_is_read_as_events(kind, is_stream):
    head = b"HTTP/1.1 200 OK\r\ncontent-type: %b\r\ncontent-length: %d\r\n\r\n" % (kind, len(event()))
    reading = read(("up", POLL), ("down", head + event()))
    assert (kinds_of(reading)[-1] == ("down", "close") or "event" in dict(kinds_of(reading)).values()) is is_stream
    assert byte_counts(reading, "down")["payload"] == (M if is_stream else len(event()))


@pytest.mark.parametrize(
    "coding", [b"Content-Encoding: gzip\r\nTransfer-Encoding: chunked", b"transfer-encoding: gzip, chunked"]
)
@pytest.mark.parametrize("kind", [b"text/event-stream", b"application/json"])
def test_a_compressed_body_is_payload_and_its_chunks_are_framing(coding, kind):
    head = b"HTTP/1.1 200 OK\r\ncontent-type: %b\r\n%b\r\n\r\n" % (kind, coding)
    reading = read(("up", POLL + POLL), ("down", head + chunk(b"\x1f\x8b:\n\n") + b"0\r\n\r\n" + response(MESSAGE)))
    assert byte_counts(reading, "down")["payload"] == 5 + M
    assert "other" not in byte_counts(reading, "down")
    assert kinds_of(reading)[2:] == [("down", "answer")] * 2


@pytest.mark.parametrize(
    "codings", [b"gzip,chunked", b"GZIP , Chunked", b"gzip\r\nTransfer-Encoding:chunked", b",chunked,"]
)
def test_a_request_in_several_transfer_codings_ends_with_its_chunks(codings):
    head = b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: %b\r\n\r\n" % codings
    reading = read(("up", head + chunk(MESSAGE) + b"0\r\n\r\n" + POLL))
    assert byte_counts(reading, "up") == {
        "headers": len(head) + len(POLL), "payload": M, "framing": len(chunk(MESSAGE)) - M + 5,
    }  # fmt: skip


def test_a_response_whose_last_coding_is_not_chunked_ends_with_its_connection():
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked, gzip\r\nContent-Length: 3\r\n\r\n"
    reading = read(("up", POLL), ("down", head + MESSAGE))
    reading.end()
    assert byte_counts(reading, "down") == {"headers": len(head), "payload": M}
    request = b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip\r\n\r\n"  # a request whose end could not be known
    assert byte_counts(read(("up", request)), "up") == {"other": len(request)}


def test_the_coding_identity_is_not_compression():
    page = response(b'{"messages":[%b]}' % MESSAGE, head=b"content-encoding: identity\r\n")
    reading = read(("up", POLL), ("down", page))
    assert reading.wire.messages == 1


@pytest.mark.parametrize("status", [b"204 No Content", b"304 Not Modified", b"200 OK"])
def test_an_event_stream_without_a_body_is_a_response(status):
    method = POLL if status != b"200 OK" else POLL.replace(b"GET", b"HEAD")
    head = b"HTTP/1.1 %b\r\ncontent-type: text/event-stream\r\n\r\n" % status
    reading = read(("up", method + POLL), ("down", head + response(MESSAGE)))
    assert kinds_of(reading)[2][1] in ("answer", "empty")
    assert kinds_of(reading)[3] == ("down", "answer")
    assert byte_counts(reading, "down")["payload"] == M


def test_interim_responses_are_headers_before_the_response():
    early = b"HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n"
    reading = read(("up", post()), ("down", early + response(MESSAGE, b"201 Created")))
    assert byte_counts(reading, "down")["payload"] == M
    request, *answers = [each for each in reading.wire.capture.exchanges if each.size]
    assert [each.answers for each in answers] == [request.id] * 3


@pytest.mark.parametrize("kind", [b"text/event-stream", b"application/json"])
def test_a_response_without_a_length_ends_with_its_connection(kind):
    """HTTP/1.0 has no chunks."""
    head = b"HTTP/1.0 200 OK\r\ncontent-type: %b\r\n\r\n" % kind
    body = event() if kind == b"text/event-stream" else b'{"messages":[%b]}' % MESSAGE
    reading = read(("up", POLL.replace(b"1.1", b"1.0")), ("down", head + body))
    reading.end()
    assert byte_counts(reading, "down")["payload"] == M
    assert reading.wire.messages == 1
    assert "other" not in byte_counts(reading, "down")


def test_frames_are_framing_payload_and_idle():
    up = frame(mask=True) + frame(b"", Opcode.PONG, mask=True) + frame(b"\x03\xe8", Opcode.CLOSE, mask=True)
    down = frame(b"p", Opcode.PING) + frame(b'{"type":"message",%b' % MESSAGE[1:])
    down += frame(b'{"type": "published", "nonce": "n", "id": 17}') + frame(b'{"type": "heartbeat"}')
    reading = read(("up", UPGRADE), ("down", UPGRADED), ("up", up), ("down", down))
    assert byte_counts(reading, "up") == {"handshake": len(UPGRADE), "payload": M, "framing": 6 + 8, "idle": 6}
    assert byte_counts(reading, "down")["handshake"] == len(UPGRADED)
    assert byte_counts(reading, "down")["idle"] == 3 + 23
    assert kinds_of(reading)[2:] == [
        *[("up", kind) for kind in ("frame", "pong", "close")],
        *[("down", kind) for kind in ("ping", "frame", "frame", "heartbeat")],
    ]
    *_parts, payload = dissect(reading.wire.capture.exchanges[-1])
    assert "a sign for scripts" in payload["explains"]
    assert reading.wire.messages == 1
    assert [exchange.messages() for exchange in reading.wire.capture.exchanges][3] == ["n"]


def test_the_body_of_another_servers_response_is_payload():
    page = b"<!doctype html><p>" + b"x" * 2_000
    head = b"content-type: text/html\r\n"
    reading = read(("up", POLL), ("down", response(page, head=head)))
    assert byte_counts(reading, "down") == {"payload": len(page), "headers": len(response(page, head=head)) - len(page)}


def test_pipelined_responses_belong_to_their_requests():
    reading = read(("up", POLL + post()), ("down", response(b'{"messages":[]}') + response(MESSAGE)))
    one, other, *answers = [exchange for exchange in reading.wire.capture.exchanges if exchange.size]
    assert [exchange.answers for exchange in answers] == [one.id, other.id]
    assert [exchange.kind for exchange in answers] == ["empty", "answer"]


def test_responses_to_head_and_of_some_statuses_have_no_body():
    head = b"HEAD / HTTP/1.1\r\nHost: x\r\n\r\n"
    bodiless = b"HTTP/1.1 200 OK\r\ncontent-length: 500\r\n\r\n"
    unchanged = b"HTTP/1.1 304 Not Modified\r\ncontent-length: 500\r\n\r\n"
    reading = read(("up", head + POLL + POLL), ("down", bodiless + unchanged + response(MESSAGE)))
    assert byte_counts(reading, "down")["payload"] == M


def test_after_a_refused_upgrade_the_stream_is_http():
    refusal = response(b'{"error":"no"}', b"403 Forbidden")
    reading = read(("up", UPGRADE), ("down", refusal), ("up", POLL), ("down", response(b'{"messages":[]}')))
    assert byte_counts(reading, "up") == {"headers": len(UPGRADE), "idle": len(POLL)}


H2C = b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AA\r\n"


def test_an_upgrade_that_the_server_ignores_counts_as_a_request():
    """Java's client sends one with each request (RFC 9110 §7.8)."""
    asking = post().replace(b"Host: x\r\n", b"Host: x\r\n" + H2C)
    reading = read(("up", asking + POLL), ("down", response(MESSAGE)), ("up", POLL), ("down", response(MESSAGE) * 2))
    assert {kind for _direction, kind in kinds_of(reading)} == {"request", "answer"}
    assert byte_counts(reading, "up")["payload"] == M
    assert reading.wire.requests == 3
    assert "other" not in byte_counts(reading, "up")


def test_an_upgrade_to_another_protocol_is_not_read_as_http():
    upgraded = b"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: foo\r\n\r\n"
    reading = read(("up", POLL.replace(b"Host: x", b"Host: x\r\nConnection: Upgrade\r\nUpgrade: foo") + POLL))
    reading.feed("down", upgraded + response(MESSAGE))
    reading.feed("up", POLL)
    assert byte_counts(reading, "up")["other"] == 2 * len(POLL)
    assert byte_counts(reading, "down")["other"] == len(response(MESSAGE))
    assert reading.wire.requests == 1


@pytest.mark.parametrize(
    "upgrade",
    [
        b"Connection: keep-alive, Upgrade\r\nUpgrade: websocket, h2c",
        b"Connection: upgrade\r\nUpgrade: h2c\r\nUpgrade: WebSocket",
        b"Connection: keep-alive\r\nConnection: Upgrade\r\nUpgrade:\twebsocket ",
    ],
)
def test_the_headers_upgrade_and_connection_are_lists(upgrade):
    asking = UPGRADE.replace(b"Connection: Upgrade\r\nUpgrade: websocket", upgrade)
    reading = read(("up", asking + frame(mask=True)), ("down", UPGRADED + frame()))
    assert byte_counts(reading, "up") == {"handshake": len(asking), "payload": M, "framing": 6}
    assert byte_counts(reading, "down") == {"handshake": len(UPGRADED), "payload": M, "framing": 2}


def test_an_upgrade_without_the_header_connection_is_ignored():
    asking = UPGRADE.replace(b"Connection: Upgrade\r\n", b"")
    reading = read(("up", asking + POLL), ("down", response(MESSAGE) * 2))
    assert byte_counts(reading, "up") == {"headers": len(asking + POLL)}


def test_after_a_handshake_of_another_version_the_stream_is_http():
    needed = response(
        b'{"error": "no"}', b"426 Upgrade Required", b"upgrade: websocket\r\nsec-websocket-version: 13\r\n"
    )
    reading = read(("up", UPGRADE), ("down", needed), ("up", POLL), ("down", response(MESSAGE)))
    assert byte_counts(reading, "up") == {"headers": len(UPGRADE) + len(POLL)}
    assert byte_counts(reading, "down")["payload"] == len(b'{"error": "no"}') + M


@pytest.mark.parametrize(
    "garbage",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(500),  # the start of a TLS handshake
        b"\0" * 100,
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"x" * 10_000,
        b"GET / HTTP/1.1\r\nHost: x\r\nX: \0\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nX: " + b"y" * 200_000,
    ],
)
def test_a_stream_of_another_protocol_is_other(garbage):
    reading = read(("up", garbage), ("down", garbage))
    reading.end()
    assert byte_counts(reading, "up") == byte_counts(reading, "down") == {"other": len(garbage)}
    captured = [exchange for exchange in reading.wire.capture.exchanges if exchange.direction == "up"]
    assert b"".join(exchange.data for exchange in captured) == garbage
