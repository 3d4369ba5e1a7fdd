"""The bytes that a wire counts are exactly those of a packet capture of the same run."""

import re
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from itertools import islice

import pytest

from lab.settings import TECHNIQUES
from support.captures import capture_packets, fields_of
from support.processes import PATIENCE

pytestmark = pytest.mark.services

MESSAGES = 5


def passed(path):
    """Return three dicts, {(port, direction): number}: bytes of TCP payload, bytes at IP level, packets."""
    payload, ip, packets = Counter(), Counter(), Counter()
    names = ("tcp.srcport", "tcp.dstport", "tcp.len", "ip.len", "tcp.flags.reset")
    for source, target, length, total, reset in fields_of(path, *names, only="not tcp.analysis.retransmission"):
        bare = 12 * int(reset) if int(total) == 40 else 0  # a RST has no timestamps
        for key in ((int(target), "up"), (int(source), "down")):
            payload[key] += int(length)
            ip[key] += int(total) + bare
            packets[key] += 1
    return payload, ip, packets


def test_counts_equal_a_packet_capture(wires, client, tmp_path):
    path = tmp_path / "lo.pcapng"
    with capture_packets(path, wires.ports), ThreadPoolExecutor(len(TECHNIQUES)) as pool:
        readers = [client(technique) for technique in TECHNIQUES]
        reading = [pool.submit(lambda reader=reader: list(islice(reader.messages(), MESSAGES))) for reader in readers]
        time.sleep(1)  # some polls find no message
        for number in range(MESSAGES):
            speaker = client(TECHNIQUES[number % len(TECHNIQUES)])
            speaker.publish(f"text {number} é\u2028")
            speaker.close()
        for future in reading:
            assert [message["id"] for message in future.result(PATIENCE)] == list(range(1, MESSAGES + 1))
        for reader in readers:
            reader.close()
        states = {technique: wires.settled(technique) for technique in TECHNIQUES}
    payload, ip, packets = passed(path)
    for technique, state in states.items():
        port = wires.port(technique)
        for direction in ("up", "down"):
            counts = state["bytes"][direction]
            assert sum(counts.values()) == payload[port, direction] > 0, technique
            assert counts["other"] == 0, technique
            # The last packets of a connection pass after the kernel's count was read: FINs and their acknowledgements.
            missing = packets[port, direction] - state["packets"][direction]
            assert 0 <= missing <= 2 * 3, (technique, direction, missing)
            assert ip[port, direction] - state["ip_bytes"][direction] == 52 * missing, (technique, direction)
    assert states["polling"]["empty_responses"] > 0
    messages = {technique: state["messages"] for technique, state in states.items()}
    assert messages.pop("websocket") >= MESSAGES  # its publishers receive messages, too
    assert set(messages.values()) == {MESSAGES}


def test_the_capture_reads_back_as_the_same_messages(wires, client, tmp_path, room):
    """In the file, tshark finds well-formed TCP with HTTP, an event stream and WebSocket frames."""
    reader_of = {technique: client(technique) for technique in TECHNIQUES}
    for number in range(MESSAGES):
        reader_of["polling"].publish(f"text {number} é")
    for reader in reader_of.values():
        list(islice(reader.messages(), MESSAGES))
    reader_of["websocket"].publish("said in a frame")
    for reader in reader_of.values():
        list(islice(reader.messages(), 1))
        reader.close()
    for technique in TECHNIQUES:
        wires.settled(technique)
        path = tmp_path / f"{technique}.pcapng"
        status, file, _headers = wires.request(f"/capture.pcapng?wire={technique}")
        assert status == 200
        path.write_bytes(file)
        checks = ("-o", "tcp.check_checksum:TRUE", "-o", "ip.check_checksum:TRUE")
        sums = fields_of(path, "tcp.checksum.status", "ip.checksum.status", options=checks)
        assert {tuple(row) for row in sums} == {("1", "1")}, technique
        assert not fields_of(path, "frame.number", only="tcp.analysis.flags or _ws.malformed"), technique
        flags = Counter(row[0] for row in fields_of(path, "tcp.flags.str"))
        assert flags["··········S·"] == flags["·······A··S·"] > 0, technique
        shown = "websocket.payload.text" if technique == "websocket" else "http.file_data"
        text = " ".join(row[0] for row in fields_of(path, shown, only=shown))
        if technique == "sse":  # tshark shows a stream without an end only if it does not wait for the end
            as_it_came = ("-o", "http.desegment_body:FALSE")
            head = 'http.content_type == "text/event-stream"'
            assert fields_of(path, "http.content_type", only=head, options=as_it_came)
            assert fields_of(path, "frame.number", only="http and frame.comment contains event", options=as_it_came)
            text = bytes.fromhex("".join(row[0] for row in fields_of(path, "tcp.payload"))).decode()
        for number in range(1, MESSAGES + 2):
            assert re.search(r'"id":%d,"room":"%s"' % (number, room), text.replace("\\", "")), (technique, number)
