"""Section 2.2: long polling's queues."""

import re
import secrets
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from support.processes import PATIENCE, until
from support.raw_http import get, open_socket, post, room_path
from support.technique_io import publish, publish_many

HOLD_BACK = 0.4  # seconds for which a request must be held; no test asserts that anything is faster


def poll(server, room, **query):
    response = get(server.url, room_path("longpoll", room, "?" + "&".join(f"{k}={v}" for k, v in query.items())))
    assert response.status == 200, response.body
    return response.json


def ids(response):
    return [message["id"] for message in response["messages"]]


@pytest.fixture
def background_poll():
    """Send requests in the background: the function returns a future."""
    with ThreadPoolExecutor(8) as pool:
        yield lambda *args, **query: pool.submit(poll, *args, **query)


def test_2_the_response_is_that_of_a_poll_with_a_queue(server, room):
    publish("longpoll", server, room)
    response = poll(server, room, after=0)
    assert set(response) == {"messages", "last", "more", "queue"}
    assert (response["last"], response["more"]) == (1, False)


def test_2_a_request_is_held_until_there_is_a_message(server, room, background_poll):
    queue = poll(server, room, hold=0)["queue"]
    held = background_poll(server, room, queue=queue, after=0, hold=55)
    time.sleep(HOLD_BACK)
    assert not held.done()
    publish("longpoll", server, room, "now")
    assert [message["text"] for message in held.result(PATIENCE)["messages"]] == ["now"]


def test_2_a_request_is_held_as_long_as_it_says_and_then_gets_an_empty_response(server, room):
    before = time.monotonic()
    response = poll(server, room, hold=HOLD_BACK)
    assert time.monotonic() - before >= HOLD_BACK * 0.95
    assert (response["messages"], response["last"], response["more"]) == ([], 0, False)


@pytest.mark.parametrize("hold", ["56", "-1", "abc", "", "1e1", "nan", "inf", "١", "99999"])
def test_2_an_invalid_hold_is_refused(server, room, hold):
    response = get(server.url, room_path("longpoll", room, "?hold=" + hold.replace("١", "%D9%A1")))
    assert (response.status, response.sentence) == (400, "hold: seconds from 0 to 55.")


def test_2_history_comes_in_pages_of_500(server, room):
    publish_many(server, room, 501)
    response = poll(server, room, after=0)
    assert (len(response["messages"]), response["last"], response["more"]) == (500, 500, True)
    response = poll(server, room, after=500, queue=response["queue"])
    assert (ids(response), response["last"], response["more"]) == ([501], 501, False)


def test_2_2_a_queues_id_has_128_random_bits(server, room):
    queues = {poll(server, room, hold=0)["queue"] for _ in range(50)}
    assert len(queues) == 50
    assert all(re.fullmatch(r"[A-Za-z0-9_-]{22}", queue) for queue in queues)  # 22 · 6 bits ≥ 128
    for place in range(21):  # each character varies: no part of the id is a counter or a constant
        assert len({queue[place] for queue in queues}) > 5


@pytest.mark.parametrize("queue", ["", "unknown", "A" * 22, "%00", "../../x", "%F0%9F%98%80", "9" * 2_000])
def test_2_2_an_unknown_queue_is_replaced_by_a_new_one_filled_from_history(server, room, queue):
    publish_many(server, room, 3)
    response = poll(server, room, after=1, queue=queue)
    assert ids(response) == [2, 3]
    assert re.fullmatch(r"[A-Za-z0-9_-]{22}", response["queue"])


def test_2_2_an_id_from_another_process_is_kept(server, room):
    queue = secrets.token_urlsafe(16)
    assert poll(server, room, queue=queue, hold=0)["queue"] == queue
    publish("longpoll", server, room)
    response = poll(server, room, queue=queue)
    assert (ids(response), response["queue"]) == ([1], queue)


def test_2_2_an_expired_queue_is_replaced_and_loses_nothing(small, room):
    publish("longpoll", small, room)
    first = poll(small, room, after=0)
    publish("longpoll", small, room)
    time.sleep(1.2)  # small_settings.QUEUE_IDLE is 0.5 s
    second = poll(small, room, after=1, queue=first["queue"])
    assert ids(second) == [2]


def test_2_2_a_queue_that_is_read_does_not_expire(small, room):
    queue = poll(small, room, hold=0)["queue"]
    for _ in range(4):
        assert poll(small, room, queue=queue, after=0, hold=0.3)["queue"] == queue


def test_2_2_a_queue_receives_messages_between_two_requests(server, room):
    queue = poll(server, room, hold=0)["queue"]
    publish_many(server, room, 2)
    response = poll(server, room, queue=queue)
    assert (ids(response), response["queue"]) == ([1, 2], queue)


def test_2_2_a_queue_serves_one_room(server, room):
    publish("longpoll", server, f"{room}-b", "b")
    queue = poll(server, f"{room}-a", hold=0)["queue"]
    response = poll(server, f"{room}-b", queue=queue, after=0)
    assert [message["text"] for message in response["messages"]] == ["b"]
    assert response["queue"] != queue


def test_2_2_every_user_has_a_queue(server, room):
    queues = [poll(server, room, hold=0)["queue"] for _ in range(3)]
    publish("longpoll", server, room)
    assert [ids(poll(server, room, queue=queue)) for queue in queues] == [[1], [1], [1]]


def test_2_2_after_an_overflow_the_messages_come_from_history(small, room):
    queue = poll(small, room, hold=0)["queue"]
    publish_many(small, room, 30)  # small_settings.QUEUE_MAX is 4, TAIL_MAX 5
    assert ids(poll(small, room, queue=queue)) == list(range(1, 31))


def test_2_2_a_second_request_ends_the_first_with_an_empty_response(server, room, background_poll):
    queue = poll(server, room, hold=0)["queue"]
    first = background_poll(server, room, queue=queue, after=0, hold=55)
    time.sleep(HOLD_BACK)
    second = background_poll(server, room, queue=queue, after=0, hold=55)
    assert first.result(PATIENCE) == {"messages": [], "last": 0, "more": False, "queue": queue}
    assert not second.done()
    publish("longpoll", server, room)
    assert ids(second.result(PATIENCE)) == [1]


def test_2_2_messages_of_a_response_that_was_cut_off_are_delivered_again(server, room):
    queue = poll(server, room, hold=0)["queue"]
    publish_many(server, room, 3)
    assert ids(poll(server, room, queue=queue, after=0)) == [1, 2, 3]
    assert ids(poll(server, room, queue=queue, after=1)) == [2, 3]


def test_2_2_a_client_that_disconnects_during_a_hold_loses_nothing(server, room):
    queue = poll(server, room, hold=0)["queue"]
    with open_socket(server.url) as connection:
        path = room_path("longpoll", room, f"?queue={queue}&after=0&hold=55")
        connection.sendall(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\n\r\n".encode())
        time.sleep(0.1)
    publish("longpoll", server, room)
    assert ids(poll(server, room, queue=queue)) == [1]


def test_2_2_two_readers_of_one_queue_get_each_message_at_least_once(server, room):
    queue = poll(server, room, hold=0)["queue"]
    seen, done = set(), threading.Event()

    def reader():
        while not done.is_set():
            seen.update(ids(poll(server, room, queue=queue, hold=0.2)))

    threads = [threading.Thread(target=reader) for _ in range(2)]
    for thread in threads:
        thread.start()
    for number in range(1, 11):
        post(server.url, room_path("longpoll", room), {"author": "Ann", "text": str(number)})
    try:
        until(lambda: seen == set(range(1, 11)), "messages were lost between two readers")
    finally:
        done.set()
        for thread in threads:
            thread.join(PATIENCE)
