"""However a stream is split into pieces, each byte has the same kind, and the kinds add up at every moment."""

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from websockets.frames import Opcode

from lab.wire.scan import events, scanner
from support.handmade_streams import (
    POLL,
    STREAM_HEAD,
    UPGRADE,
    UPGRADED,
    chunk,
    event,
    frame,
    new_scan,
    post,
    response,
)

PAGE = b'{"messages": [{"id": 1, "text": "\xc3\xa9 ]}"} , {"id":2}], "last":2}'
CHUNKED = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n"

polls = st.sampled_from(
    [
        (POLL, response(PAGE)),
        (POLL, response(b'{"messages":[],"last":0}')),
        (POLL, CHUNKED + chunk(PAGE[:9]) + chunk(PAGE[9:]) + b"0\r\nx: y\r\n\r\n"),
        (post(), response(b"{}", b"201 Created")),
        (POLL, b"HTTP/1.1 100 Continue\r\n\r\n" + response(b"<html>")),
        (b"\r\n" + POLL, b"HTTP/1.1 204 No Content\r\n\r\n"),
        (POLL, b"HTTP/1.1 200 OK\r\ntransfer-encoding: gzip, chunked\r\n\r\n" + chunk(b"\x1f\x8b") + b"0\r\n\r\n"),
        (post().replace(b"Host", b"Connection: Upgrade\r\nUpgrade: h2c\r\nHost"), response(b"{}", b"201 Created")),
        (b"HEAD / HTTP/1.1\nHost: x\n\n", b"HTTP/1.1 200 OK\ncontent-length: 9\n\n"),
    ]
)
http = st.lists(polls, max_size=4).map(
    lambda pairs: [b"".join(parts) for parts in zip(*pairs, strict=True)] or [b"", b""]
)
blocks = st.sampled_from(
    [
        event(),
        b": alive\n\n",
        b"retry: 1000\n\n",
        b"event: heartbeat\ndata: {}\n\n",
        b"data: {}\r\nevent: heartbeat\r\n\r\n",
        b"event: reset\ndata: {}\n\n",
        b"data:a\r\ndata: b\r\n\r\n",
        b"id\rdata\rdata:x\r\r",
        b"\n\n",
        b":c\ndata: with a comment\n\n",
        b"averyveryverylongname: x\nid: 1\n\n",
    ]
)
marks = st.sampled_from([b"", b"", b"\xef\xbb\xbf", b"\xef\xbb", b"\xef\xbb\xbf\xef\xbb\xbf"])
contents = st.builds(lambda mark, parts: mark + b"".join(parts), marks, st.lists(blocks, max_size=6))


def chunked(content, sizes):
    """Split content into chunks of these sizes."""
    chunks = []
    for size in sizes:
        chunks.append(chunk(content[:size])) if content else None
        content = content[size:]
    return b"".join(chunks) + (chunk(content) if content else b"")


streams = st.builds(
    lambda content, sizes, end: [POLL, STREAM_HEAD + chunked(content, sizes) + end],
    contents,
    st.lists(st.integers(1, 40), max_size=8),
    st.sampled_from([b"", b"0\r\n\r\n", b"zz\r\n"]),
)
frames = st.lists(
    st.builds(
        frame,
        st.binary(max_size=200),
        st.sampled_from([Opcode.TEXT, Opcode.BINARY, Opcode.CONT]),
        mask=st.booleans(),
        fin=st.booleans(),
    )
    | st.builds(frame, st.binary(max_size=125), st.sampled_from([Opcode.PING, Opcode.PONG]), mask=st.booleans())
    | st.just(frame(b"x" * 70_000))
    | st.builds(frame, st.just(b'{"type": "heartbeat"}'), mask=st.booleans(), fin=st.booleans())
    | st.sampled_from([b"\x83\x00", b"\x09\x01a"]),
    max_size=4,
).map(b"".join)
sockets = st.builds(lambda up, down: [UPGRADE + up, UPGRADED + down], frames, frames)
garbage = st.tuples(st.binary(max_size=60), st.binary(max_size=60)).map(list)
mixed = st.tuples(http, streams | sockets | garbage).map(lambda two: [two[0][0] + two[1][0], two[0][1] + two[1][1]])


def account_of(up, down, cuts_up=(), cuts_down=()):
    """Scan up, then down, split at these places; return the counts, and the streams put together again."""
    reading = new_scan()
    for direction, data, cuts in (("up", up, cuts_up), ("down", down, cuts_down)):
        places = sorted({0, len(data), *(cut % (len(data) + 1) for cut in cuts)})
        for begin, end in itertools.pairwise(places):
            reading.feed(direction, data[begin:end])
            assert sum(reading.wire.bytes[direction]) == end
            assert min(reading.wire.bytes[direction]) >= 0
    before = [list(counts) for counts in reading.wire.bytes.values()]
    reading.end()
    captured = {"up": b"", "down": b""}
    for exchange in reading.wire.capture.exchanges:
        assert exchange.size == len(exchange.data)
        captured[exchange.direction] += exchange.data
    assert captured == {"up": up, "down": down}
    counts = reading.wire.requests, reading.wire.messages, reading.wire.empty_responses
    return before, list(reading.wire.bytes.values()), counts


@settings(max_examples=400, deadline=None)
@given(mixed | http | streams | sockets | garbage, *[st.lists(st.integers(0, 3_000), max_size=12)] * 2)
def test_any_split_gives_the_same_counts(stream, cuts_up, cuts_down):
    up, down = stream
    assert account_of(up, down, cuts_up, cuts_down) == account_of(up, down)


@settings(max_examples=40, deadline=None)
@given(streams | sockets | http)
def test_byte_by_byte_gives_the_same_counts(stream):
    up, down = stream
    if max(map(len, stream)) < 5_000:
        assert account_of(up, down, range(len(up)), range(len(down))) == account_of(up, down)


@settings(max_examples=200, deadline=None)
@given(mixed | streams | sockets | http, *[st.lists(st.integers(0, 3_000), max_size=4)] * 2)
def test_many_short_time_slices_give_the_same_counts(stream, cuts_up, cuts_down):
    """Bytes that are left for a later time slice are scanned as if they had arrived then."""
    up, down = stream
    with pytest.MonkeyPatch.context() as patch:
        for module in (scanner, events):
            patch.setattr(module, "SMALL", 0)
        patch.setattr(scanner, "TIME_SLICE", 0)
        turns = account_of(up, down, cuts_up, cuts_down)
    assert turns == account_of(up, down)
