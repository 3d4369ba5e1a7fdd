"""TCP_INFO: the bytes that a client's kernel counts are exactly those of a packet capture."""

import json
import secrets
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from math import ceil

import pytest

from lab.net.sockets import HEADERS, PAYLOAD, Traffic
from support.captures import capture_packets, fields_of
from support.processes import PATIENCE
from support.technique_io import TECHNIQUES, client, publish

pytestmark = pytest.mark.services

# At the long lengths, a few bytes more or less in each segment change the number of segments.
TEXTS = ["short", "é" * 4000, "x" * 1400, "text \u2028", *("字" * length for length in range(3680, 3840, 30))]
FIELDS = "type", "id", "room", "author", "text", "nonce", "sent_at", "published_at"  # 1.1 and 2.4
COUNT = 20  # messages, one at a time
ATTEMPTS = 5
HEARTBEAT = 15  # seconds
SEGMENT = 52  # bytes of headers
QUIET = 0.5  # seconds for the last acknowledgements, which a kernel delays by 40 ms


@pytest.fixture(scope="module")
def passed(server, tmp_path_factory):
    """For each technique, what its client counted, and the packets of its connections before they closed."""
    return capture(server, tmp_path_factory.mktemp("capture") / "lo.pcapng", TECHNIQUES)


def capture(server, path, techniques):
    """Publish and read by a client of each technique; return {technique: (its Traffic, its packets)}."""
    with capture_packets(path, [server.port]):
        talked = {technique: talk(technique, server) for technique in techniques}
    shown = list(packets(path))
    return {
        technique: (traffic, [packet for packet in shown if packet[0] in ports])
        for technique, (traffic, ports) in talked.items()
    }


def talk(technique, server):
    """Publish all texts and read them; return the client's Traffic and its ports."""
    one = client(technique, server, f"counted-{technique}-{secrets.token_hex(4)}", after=0)
    with ThreadPoolExecutor(1) as pool:
        reading = pool.submit(lambda: list(islice(one.messages(), len(TEXTS))))
        for text in TEXTS:
            one.publish(text)
        assert [message["text"] for message in reading.result(PATIENCE)] == TEXTS
    time.sleep(QUIET)
    ports = {str(each.sock.getsockname()[1]) for each in (one.reading, one.publishing) if each.sock}
    one.close()
    assert one.reconnects == 0
    return one.traffic(), ports


def push(technique, server):
    """Publish COUNT messages, each after the reader has the one before; return (messages, their Traffic, seconds)."""
    room = f"pushed-{technique}-{secrets.token_hex(4)}"
    one = client(technique, server, room, after=0)
    incoming = one.messages()
    publish("polling", server, room, "the connection is open")
    next(incoming)
    before, begun, messages = one.traffic(), time.monotonic(), []
    for _ in range(COUNT):
        publish("polling", server, room, 100 * "x")
        messages.append(next(incoming))
    seconds = time.monotonic() - begun
    time.sleep(QUIET)
    carried = one.traffic() - before
    one.close()
    return messages, carried, seconds


def frame(message):
    """Return the size of a message's frame: four bytes come before one of 126 to 65,535 bytes (RFC 6455 §5.2)."""
    return 4 + len(encoded({"type": "message"} | message))


def event(message):
    """Return the size of a message's event in its chunk (RFC 9112 §7.1)."""
    fields = f"id: {message['id']}\ndata: {encoded(message)}\n\n"
    return len(fields) + len(f"{len(fields):x}\r\n\r\n")


def encoded(fields):
    """Return a message's JSON as the server writes it, without the fields that the client adds."""
    return json.dumps({name: value for name, value in fields.items() if name in FIELDS}, separators=(",", ":"))


@pytest.mark.parametrize(("technique", "size"), [("sse", event), ("websocket", frame)])
def test_each_message_costs_its_bytes_and_two_segments(server, technique, size):
    """Measured again if a heartbeat or a retransmission came between."""
    for _ in range(ATTEMPTS):
        messages, carried, seconds = push(technique, server)
        added = carried.ip_down + carried.ip_up - carried.tcp_down - carried.tcp_up
        if seconds < HEARTBEAT and added <= 2 * SEGMENT * COUNT:
            break
    else:
        pytest.skip(f"{COUNT} messages took {seconds:.0f} s and {added} bytes of headers: the machine is too busy")
    assert carried.tcp_down == sum(map(size, messages))
    assert carried.tcp_up == 0
    assert added >= SEGMENT * COUNT  # one acknowledgement may cover two messages


def packets(path):
    """Yield (the client's port, direction, bytes of payload, how many of them new, bytes at IP level) until a FIN.

    On a busy machine there are retransmissions, and with them the option SACK, which TCP_INFO does not count.
    """
    names = "tcp.srcport", "tcp.dstport", "tcp.len", "tcp.seq", "ip.len", "tcp.flags.fin", "tcp.stream"
    ended, servers, seen = set(), {}, Counter()
    for row in fields_of(path, *names, "tcp.options.sack_le", "tcp.hdr_len"):
        source, target, length, begin, total, fin, stream, selective, head = row
        server = servers.setdefault(stream, target)  # the first packet of a stream is the client's SYN
        ended |= {stream} if int(fin) else set()
        if stream not in ended:
            end = int(begin) + int(length)
            new = min(int(length), max(0, end - max(1, seen[stream, source])))
            seen[stream, source] = max(end, seen[stream, source])
            options = int(head) - 32 if selective else 0
            up = target == server
            yield source if up else target, "up" if up else "down", int(length), new, int(total) - options


def segments(length):
    """Return how many segments on Ethernet carry `length` bytes; on loopback they are one packet."""
    return max(1, ceil(length / PAYLOAD))


def test_the_counts_are_those_of_the_packet_capture(passed, server, tmp_path, technique):
    """Up is `bytes_sent` + 52 · `segs_out` + 8, down `bytes_received` + 52 · `segs_in` + 8."""
    traffic, shown = passed[technique]
    for attempt in range(2):  # a capture on a busy machine may miss a packet
        if traffic == counted(shown):
            break
        traffic, shown = capture(server, tmp_path / f"{attempt}.pcapng", [technique])[technique]
    assert traffic == counted(shown)


def counted(captured_packets):
    """Return the Traffic of packets: a retransmission counts as sent again, but as received once."""
    ports = {port for port, *_rest in captured_packets}
    shown = Counter()
    for _port, direction, length, new, total in captured_packets:
        twice = length - new if direction == "down" else 0
        shown["tcp", direction] += length - twice
        shown["ip", direction] += total - twice + HEADERS * (segments(length) - 1)
    return Traffic(shown["tcp", "up"], shown["tcp", "down"], shown["ip", "up"], shown["ip", "down"], len(ports))


def test_segments_have_headers_of_52_bytes_and_some_packets_hold_several(passed, technique):
    _traffic, captured_packets = passed[technique]
    longest = max(length for _port, _direction, length, _new, _total in captured_packets)
    assert segments(longest) > 3
    assert all(total == length + HEADERS for _port, _direction, length, _new, total in captured_packets if length)
