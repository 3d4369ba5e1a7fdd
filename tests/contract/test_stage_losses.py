"""Section 6: what each stage of the HTTP techniques adds, and what the stages before it lose or repeat."""

import re
from contextlib import ExitStack

import psutil
import pytest

from support.processes import SMALL
from support.raw_http import get, open_socket, stalled_request
from support.sse_parser import stream
from support.technique_io import client, publish, publish_many, stage_path

LONG = "😀" * 3_990  # 16 KB
COUNT = 500  # messages, 8 MB of text; sockets hold 4 MB of them
MEMORY = 8e6  # bytes; a queue without a bound takes at least so much more than a bounded one


def texts(response):
    """Return the texts of a response's messages."""
    return [message["text"] for message in response.json["messages"]]


def test_6_whole_returns_all_messages_each_time(server, room):
    publish("polling", server, room, "one")
    publish("polling", server, room, "two")
    assert texts(get(server.url, stage_path("polling", "whole", room, "?after=1"))) == ["one", "two"]
    assert texts(get(server.url, stage_path("polling", "after", room, "?after=1"))) == ["two"]


def test_6_whole_returns_only_as_many_as_fit_into_a_response(server, room):
    publish_many(server, room, 510)
    messages = get(server.url, stage_path("polling", "whole", room)).json["messages"]
    assert [message["id"] for message in messages] == list(range(11, 511))


def test_6_etag_responds_without_a_body_if_nothing_has_changed(server, room):
    address = stage_path("polling", "etag", room, "?after=0")
    tag = get(server.url, address).headers["etag"]
    unchanged = get(server.url, address, If_None_Match=tag)
    assert (unchanged.status, unchanged.body, unchanged.headers["etag"]) == (304, b"", tag)
    assert unchanged.headers.keys().isdisjoint({"content-type", "content-length", "transfer-encoding"})
    publish("polling", server, room, "news")
    assert texts(get(server.url, address, If_None_Match=tag)) == ["news"]
    other = get(server.url, stage_path("polling", "etag", room, "?after=1"), If_None_Match=tag)
    assert (other.status, texts(other)) == (200, []), "a tag belongs to the response to one request"


@pytest.mark.parametrize("known", ["W/{}", '"other", {}', 'W/"other" , W/{}', "*", " {} "])
def test_6_etag_accepts_weak_tags_lists_and_the_asterisk(server, room, known):
    address = stage_path("polling", "etag", room, "?after=0")
    tag = get(server.url, address).headers["etag"]
    unchanged = get(server.url, address, If_None_Match=known.replace("{}", tag))
    assert (unchanged.status, unchanged.body, unchanged.headers["etag"]) == (304, b"", tag)
    assert unchanged.headers["cache-control"] == "no-store"
    for others in ("", '"other"', tag.strip('"'), f'W/{tag[:-1]}x"', "nonsense"):
        assert get(server.url, address, If_None_Match=others).status == 200


def test_6_etag_client_reads_a_304_as_an_empty_response(server, room):
    reader = client("polling", server, room, after=0, stage="etag")
    assert [reader.poll(), reader.poll()] == [[], []]
    publish("polling", server, room, "news")
    assert [message["text"] for message in reader.poll()] == ["news"]
    assert (reader.requests, reader.empty_responses) == (3, 2)
    reader.close()


def test_6_adaptive_polls_less_and_less_until_there_is_a_new_message(server, room):
    reader = client("polling", server, room, stage="adaptive", interval=0.5)
    assert [reader.pause([]) for _ in range(4)] == [1, 2, 4, 4]
    assert [reader.pause(["news"]), reader.pause([])] == [0.5, 1]
    reader.close()


def test_6_hold_loses_messages_published_between_two_requests(server, room):
    for stage, given in (("hold", []), ("queue", ["meanwhile"]), ("after", ["meanwhile"])):
        there = f"{room}-{stage}"
        first = get(server.url, stage_path("longpoll", stage, there, "?after=0&hold=0")).json
        publish("polling", server, there, "meanwhile")
        query = f"?after=0&hold=0.1&queue={first.get('queue', '')}"
        assert texts(get(server.url, stage_path("longpoll", stage, there, query))) == given


def test_6_queue_opens_no_queue_for_a_refused_request(start, room):
    server = start(**SMALL, SMALL_QUEUES_MAX="1")
    for _ in range(3):
        assert get(server.url, stage_path("longpoll", "queue", room, "?hold=x")).status == 400
    assert get(server.url, stage_path("longpoll", "queue", room, "?hold=0")).status == 200


def test_6_queue_loses_the_messages_of_a_response_that_is_cut_off(server, room):
    for stage, given in (("queue", []), ("after", ["cut off"])):
        there = f"{room}-{stage}"
        queue = get(server.url, stage_path("longpoll", stage, there, "?after=0&hold=0")).json["queue"]
        publish("polling", server, there, "cut off")
        address = stage_path("longpoll", stage, there, f"?after=0&hold=0.1&queue={queue}")
        with open_socket(server.url) as connection:
            connection.sendall(f"GET {address} HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\n\r\n".encode())
            connection.recv(1)
        assert texts(get(server.url, address)) == given


def test_6_stream_loses_messages_published_while_the_reader_is_away(server, room):
    for stage, given in (("stream", ["now"]), ("replay", ["meanwhile", "now"]), ("bounded", ["meanwhile", "now"])):
        there = f"{room}-{stage}"
        with stream(server.url, stage_path("sse", stage, there)) as events:
            publish("polling", server, there, "first")
            assert [message["id"] for message in events.messages(1)] == [1]
            assert events.parser.last_id == ("" if stage == "stream" else "1")
        publish("polling", server, there, "meanwhile")
        with stream(server.url, stage_path("sse", stage, there), Last_Event_ID=events.parser.last_id) as events:
            publish("polling", server, there, "now")
            assert [message["text"] for message in events.messages(len(given))] == given


def test_6_only_bounded_sends_heartbeats(small, room):
    with ExitStack() as stack:
        replay, bounded = (
            stack.enter_context(stream(small.url, stage_path("sse", stage, room))) for stage in ("replay", "bounded")
        )
        bounded.until(lambda: [kind for kind, _data, _id in bounded.events].count("heartbeat") == 2)
        publish("polling", small, room, "hi")
        replay.messages(1)
        assert "heartbeat" not in [kind for kind, _data, _id in replay.events]


def test_6_in_stages_before_bounded_a_reader_that_does_not_read_costs_ever_more_memory(start, room):
    server = start(**SMALL)
    grown = {}
    for stage in ("bounded", "replay"):
        there = f"{room}-{stage}"
        with stalled_request(server, stage_path("sse", stage, there, "?after=0")) as connection:
            connection.recv(1)
            before = psutil.Process(server.process.pid).memory_info().rss
            publish_many(server, there, COUNT, LONG + "{}")
            grown[stage] = psutil.Process(server.process.pid).memory_info().rss - before
    assert grown["replay"] - grown["bounded"] > MEMORY, grown


@pytest.mark.parametrize("stage", ["stream", "replay"])
def test_4_1_the_queues_of_stages_are_bounded_and_then_history_is_read(start, room, stage):
    server = start(**SMALL, SMALL_STAGE_QUEUE_MAX="4")
    with stalled_request(server, stage_path("sse", stage, room, "?after=0")) as connection:
        connection.recv(1)
        before = psutil.Process(server.process.pid).memory_info().rss
        publish_many(server, room, COUNT, LONG + "{}")
        assert psutil.Process(server.process.pid).memory_info().rss - before < MEMORY
        raw = b""
        while f'"id":{COUNT},'.encode() not in raw:
            raw += connection.recv(1 << 20)
    assert [int(number) for number in re.findall(rb'data: {[^}]*?"id":(\d+)', raw)] == list(range(1, COUNT + 1))
