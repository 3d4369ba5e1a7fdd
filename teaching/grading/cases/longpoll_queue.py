"""longpoll-queue: a queue for each user, into which messages go between two requests, too (SPEC.md, 2.2)."""

import time

from teaching.grading.case import Case, collected, expect
from teaching.grading.client import Client, still_waits

CASES: list[Case] = []
SOON = 0.4  # seconds for which a request must be held; no case asserts that anything is faster


def _queue(client: Client, query: str = "?hold=0", room: str = "") -> str:
    queue = client.get(query, room).json.get("queue")
    expect(isinstance(queue, str) and queue, "the response must name the user's queue, in its field `queue`.")
    return str(queue)


@collected(CASES, 2, "Without a message, the response comes after `hold` seconds, and is empty.")
def _empty(client: Client) -> None:
    before = time.monotonic()
    texts = client.get(f"?after=0&hold={SOON}").texts
    expect(time.monotonic() - before > SOON * 0.9, f"the response came before the {SOON} s of `hold` were over.")
    expect(not texts, "a response of a room without messages must be empty.")


@collected(CASES, 3, "A request is held until there is a message, and then gets it.")
def _held(client: Client) -> None:
    queue = _queue(client)
    with client.held(f"?queue={queue}&after=0&hold=15") as future:
        expect(still_waits(future, SOON), "the response came at once: the request must be held.")
        client.publish("now")
        expect(future.result().texts == ["now"], "the held request did not get the message.")


@collected(CASES, 2, "While one request is held, others are served.")
def _others(client: Client) -> None:
    with client.held("?after=0&hold=3") as future:
        client.publish("one")
        expect(client.get("?after=0&hold=0").texts == ["one"], "a second user did not get the message.")
        expect(future.result().texts == ["one"], "the held request did not get the message.")


@collected(CASES, 4, "Messages published between two requests are in the queue.")
def _between(client: Client) -> None:
    queue = _queue(client)
    client.publish("one", "two")
    got = client.get(f"?queue={queue}&hold=0").texts
    expect(got == ["one", "two"], f"two messages were published between two requests; the second request got {got}.")


@collected(CASES, 2, "Each user has a queue, whose id nobody can guess.")
def _own(client: Client) -> None:
    queues = [_queue(client) for _ in range(5)]
    expect(len(set(queues)) == 5, "two users got the same queue.")
    expect(min(map(len, queues)) >= 16, f"the id {queues[0]!r} can be guessed: use `secrets`.")
    client.publish("for all")
    for queue in queues:
        expect(client.get(f"?queue={queue}&hold=0").texts == ["for all"], "one of five users missed a message.")


@collected(CASES, 3, "An unknown queue is replaced by a new one, filled from history after `after`.")
def _unknown(client: Client) -> None:
    client.publish("one", "two")
    page = client.get("?queue=unknown&after=1&hold=0")
    expect(page.texts == ["two"], "a client with message 1 and an expired queue must get message 2.")
    expect(page.json.get("queue"), "the response must name the new queue.")


@collected(CASES, 2, "Messages of a response that was lost are delivered again, if `after` says so.")
def _again(client: Client) -> None:
    queue = _queue(client, "?after=0&hold=0")
    client.publish("one", "two")
    client.get(f"?queue={queue}&after=0&hold=0")
    got = client.get(f"?queue={queue}&after=1&hold=0").texts
    expect(got == ["two"], f"the client says that it has message 1 only; it got {got}.")


@collected(CASES, 1, "A queue serves one room.")
def _one_room(client: Client) -> None:
    queue = _queue(client, "?hold=0", f"{client.room}-a")
    client.publish("b", room=f"{client.room}-b")
    got = client.get(f"?queue={queue}&after=0&hold=0", f"{client.room}-b").texts
    expect(got == ["b"], "with the queue of another room, the client must get a new queue for this room.")


@collected(CASES, 1, "A `hold` that is no number is refused with 400.")
def _refused(client: Client) -> None:
    client.get("?hold=x", status=400)
