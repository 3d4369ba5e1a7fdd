"""The Python clients: what they count, how they reconnect, and how they close."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from types import SimpleNamespace

import pytest

from lab.client import BACKOFF, BACKOFF_MAX, CLOSED, FIRST_ATTEMPTS, OPEN, Client, Unreachable
from lab.messages.errors import Refused
from support.cutting_proxy import CuttingProxy
from support.processes import PATIENCE, SMALL, free_port, until
from support.technique_io import HTTP, TECHNIQUES, client, publish, publish_many


def test_a_message_has_the_time_of_its_arrival(server, room, technique):
    before = time.time() * 1000
    reader = client(technique, server, room, after=0)
    reader.publish("hi", sent_at=before)
    message = next(reader.messages())
    reader.close()
    assert before - 50 <= message["arrived_at"] <= time.time() * 1000 + 50
    assert message["sent_at"] == before


def test_5_1_a_clients_state_has_the_names_that_browsers_use(server, room, technique):
    reader = client(technique, server, room, after=0)
    assert reader.ready_state == CLOSED
    reader.publish("hi")
    next(reader.messages())
    assert reader.ready_state == OPEN
    reader.close()
    assert reader.ready_state == CLOSED


def test_close_ends_a_reader_that_waits(server, room, technique):
    reader = client(technique, server, room, after=0)
    with ThreadPoolExecutor() as pool:
        received = pool.submit(lambda: list(reader.messages()))
        until(lambda: reader.ready_state == OPEN, "never open")
        time.sleep(0.1)
        reader.close()
        assert received.result(PATIENCE) == []


def test_nothing_connects_after_close(server, room, technique):
    """Otherwise a reader that is about to send a request would open a connection that nobody closes."""
    reader = client(technique, server, room)
    reader.close()
    with pytest.raises(ConnectionAbortedError):
        reader.reading.connect()
    assert reader.reading.sock is None


def test_close_ends_a_publisher_that_cannot_connect(room, technique):
    speaker = client(technique, SimpleNamespace(url=f"http://127.0.0.1:{free_port()}"), room)
    with ThreadPoolExecutor() as pool:
        said = pool.submit(speaker.publish, "hi")
        until(lambda: speaker.reconnects, "never tried again")
        speaker.close()
        assert said.result(PATIENCE) is None


def test_a_client_publishes_as_soon_as_the_server_runs(start, room, technique):
    port = free_port()
    speaker = client(technique, SimpleNamespace(url=f"http://127.0.0.1:{port}"), room)
    with ThreadPoolExecutor() as pool:
        said = pool.submit(speaker.publish, "early")
        until(lambda: speaker.reconnects, "never tried again")
        with CuttingProxy(start().port, port):
            assert said.result(PATIENCE)["id"] == 1
            speaker.close()


def test_5_2_a_publish_whose_response_was_lost_is_stored_once(server, room, technique):
    with CuttingProxy(server.port) as relay:
        speaker = client(technique, relay, room)
        cutting = threading.Event()

        def cut():
            pause = 0.02
            while not cutting.wait(pause):
                relay.cut()
                pause *= 1.05  # else no client would get through on a busy machine

        thread = threading.Thread(target=cut)
        thread.start()
        try:
            ids = [speaker.publish(str(number))["id"] for number in range(4)]
        finally:
            cutting.set()
            thread.join()
            speaker.close()
    assert ids == list(range(1, 5))


def test_5_2_a_client_notices_that_nothing_arrives_any_more(start, room, technique):
    """The connection dies without a FIN, while new ones work; heartbeats keep a live one from its timeout."""
    server, timeout = start(**SMALL), 3  # seconds; small_settings.HEARTBEAT is 0.3 s
    options = {"hold": 1} if technique == "longpoll" else {}
    with CuttingProxy(server.port) as relay, ThreadPoolExecutor() as pool:
        reader = client(technique, relay, room, after=0, timeout=timeout, **options)
        messages = reader.messages()
        publish("polling", server, room, "before")
        assert next(messages)["text"] == "before"
        waiting = pool.submit(next, messages)
        time.sleep(2 * timeout)
        publish("polling", server, room, "in a long silence")
        assert waiting.result(PATIENCE)["text"] == "in a long silence"
        silence_brought_no_fault = reader.reconnects == 0
        relay.silence()
        publish("polling", server, room, "unheard")
        assert next(messages)["text"] == "unheard"
        assert reader.reconnects >= 1
        reader.close()
    assert silence_brought_no_fault


def test_a_request_may_be_held_for_longer_than_the_usual_timeout(server, room):
    reader = client("longpoll", server, room, hold=50)
    assert reader.reading.timeout > 50
    assert client("longpoll", server, room).reading.timeout == client("polling", server, room).reading.timeout


def test_a_refusal_is_raised_with_its_sentence(server, room, technique):
    speaker = client(technique, server, room)
    with pytest.raises(Refused, match="not only white space"):
        speaker.publish(" ")
    assert speaker.publish("hi")["id"] == 1
    speaker.close()


def test_an_invalid_room_raises_and_is_not_requested_again(server, technique):
    reader = client(technique, server, "a.b")
    with pytest.raises(Refused, match="room: "):
        next(reader.messages())
    assert reader.reconnects == 0
    reader.close()


def test_requests_are_counted(server, room, technique):
    publish_many(server, room, 3)
    reader = client(technique, server, room, after=0)
    list(islice(reader.messages(), 3))
    assert reader.requests == 1
    assert (reader.reconnects, reader.repeated, reader.resets) == (0, 0, 0)
    reader.close()


def test_polling_clients_count_empty_responses(server, room):
    reader = client("polling", server, room, after=0)
    with ThreadPoolExecutor() as pool:
        received = pool.submit(lambda: next(reader.messages()))
        until(lambda: reader.empty_responses >= 3, "nothing was asked")
        publish("polling", server, room)
        assert received.result(PATIENCE)["id"] == 1
    reader.close()


def test_2_polling_requests_the_next_page_at_once_if_there_are_more(server, room):
    publish_many(server, room, 1_001)
    reader = client("polling", server, room, after=0, interval=60)
    reader.ensure_open()
    reader.due = time.monotonic()
    assert len(list(islice(reader.messages(), 1_001))) == 1_001  # a minute for each request would be too long
    assert reader.requests == 3
    assert 0 < reader.due - time.monotonic() <= 60
    reader.close()


def test_5_4_polling_begins_at_a_random_phase(server, room):
    phases = []
    for _ in range(20):
        reader = client("polling", server, room, interval=1.0)
        reader.open()
        phases.append(reader.due - time.monotonic())
        reader.close()
    assert all(-0.1 <= phase <= 1 for phase in phases)
    assert max(phases) - min(phases) > 0.1


def test_5_4_polling_requests_at_once_after_a_lost_connection(server, room):
    reader = client("polling", server, room, interval=60)
    reader.ensure_open()
    reader.disconnect()
    reader.ensure_open()
    assert reader.due <= time.monotonic()
    reader.close()


def test_traffic_is_counted_in_bytes(server, room, technique):
    reader = client(technique, server, room, after=0)
    publish("polling", server, room, "x" * 1_000)
    next(reader.messages())
    while_open = reader.traffic()
    reader.close()
    traffic = reader.traffic()
    assert traffic.tcp_down > 1_000
    assert traffic.ip_down > traffic.tcp_down
    assert traffic.tcp_up > 50
    assert traffic.connections >= 1
    assert (while_open - while_open).tcp_down == 0
    assert traffic.tcp_down >= while_open.tcp_down


def test_5_2_waits_grow_exponentially_and_are_jittered(monkeypatch):
    drawn = []
    monkeypatch.setattr("lab.client.random.uniform", lambda low, high: drawn.append((low, high)) or 0)
    lonely = Client(f"http://127.0.0.1:{free_port()}", "lobby")

    def fail():
        if len(drawn) == 10:
            lonely.close()
        raise OSError

    assert lonely.retry(fail, lambda: None) is None
    assert drawn == [(0, min(BACKOFF_MAX, BACKOFF * 2**failures)) for failures in range(10)]


def test_3_2_a_message_received_twice_is_delivered_once_and_counted():
    batches = [[1, 2, 3], [2, 3, 4], [], [4, 1, 5]]
    reader = Client("http://127.0.0.1:1", "lobby", after=0)
    reader.fetch = lambda: [{"id": number} for number in batches.pop(0)]
    assert [message["id"] for message in islice(reader.messages(), 5)] == [1, 2, 3, 4, 5]
    assert reader.repeated == 4
    reader.close()


def test_a_bug_is_not_mistaken_for_a_network_error():
    lonely = Client("http://127.0.0.1:1", "lobby")
    with pytest.raises(KeyError):
        lonely.retry(lambda: {}["x"], lambda: None)


@pytest.mark.parametrize("url", ["https://localhost:8000", "HTTPS://localhost", "https:localhost"])
def test_https_is_refused_in_one_sentence(url):
    with pytest.raises(ValueError, match=r"^url: https:// is not supported; .*\.$"):
        Client(url, "lobby")


@pytest.mark.parametrize(
    "url",
    [
        *("localhost:8000", "127.0.0.1:8000", "localhost", "//localhost:8000", "ftp://localhost", "http:localhost", ""),
        *("http://", "http://:8000", "http://localhost:x", "http://localhost:70000", "http://localhost:0"),
        *("http://[::1", "http://ann:secret@localhost", "http://localhost/chat", "http://localhost?x", "http://a\nb"),
    ],
)
def test_an_invalid_server_address_is_refused_in_one_sentence(url):
    with pytest.raises(ValueError, match=r"^url: http://HOST:PORT is expected, without a path\.$"):
        Client(url, "lobby")


@pytest.mark.parametrize(
    "url", ["http://localhost", "http://localhost:8000/", "http://[::1]:8000", "http://bücher.test"]
)
def test_a_valid_server_address_is_accepted(url):
    Client(url, "lobby").close()


@pytest.mark.parametrize("host", ["127.0.0.1", "no-such-host.invalid", "a..b", f"{'a' * 64}.invalid"])
def test_a_first_connection_that_fails_raises_an_error(monkeypatch, host, technique):
    monkeypatch.setattr("lab.client.BACKOFF_MAX", 0.01)
    lonely = client(technique, SimpleNamespace(url=f"http://{host}:{free_port()}"), "lobby", after=0)
    for ask in (lambda: next(lonely.messages()), lambda: lonely.publish("hi")):
        tried = lonely.reconnects
        with pytest.raises(Unreachable, match=r"no server is there: .*\."):
            ask()
        assert lonely.reconnects - tried == FIRST_ATTEMPTS - 1
    lonely.close()


def test_a_client_waits_for_a_server_that_it_reached_before(monkeypatch, server, room, technique):
    monkeypatch.setattr("lab.client.BACKOFF_MAX", 0.01)
    with CuttingProxy(server.port) as relay:
        speaker = client(technique, relay, room, after=0)
        speaker.publish("hi")
        next(speaker.messages())
    with ThreadPoolExecutor() as pool:  # the proxy has closed: its port refuses connections
        said = pool.submit(speaker.publish, "again")
        until(lambda: speaker.reconnects > 2 * FIRST_ATTEMPTS, "never tried again")
        assert not said.done()
        with CuttingProxy(server.port, relay.port):
            assert said.result(PATIENCE)["id"] == 2
            speaker.close()


def test_the_techniques_that_publish_by_post_are_those_with_http_routes():
    assert set(TECHNIQUES) - set(HTTP) == {"websocket"}
