"""sse-replay: each event has an id, and a browser that reconnects names the last one that it has (SPEC.md, 2.3)."""

from teaching.grading.case import Case, collected, expect
from teaching.grading.client import Client, Deadline

CASES: list[Case] = []


@collected(CASES, 1, "The response is an event stream that nobody may keep or hold back.")
def _headers(client: Client) -> None:
    with client.stream() as stream:
        kind = stream.headers.get("content-type", "").split(";")[0]
        expect(kind == "text/event-stream", f"the Content-Type is {kind or 'missing'} instead of text/event-stream.")
        expect(stream.headers.get("cache-control") == "no-store", "Cache-Control: no-store is missing.")


@collected(CASES, 3, "A message that is published while the stream is open is delivered.")
def _delivers(client: Client) -> None:
    with client.stream("?after=0") as stream:
        client.publish("one")
        stream.texts(1)
        client.publish("two")
        expect(stream.texts(2) == ["one", "two"], "the messages did not come once each, and in order.")


@collected(CASES, 3, "Each event has the message's id.")
def _ids(client: Client) -> None:
    client.publish("one", "two")
    with client.stream("?after=0") as stream:
        ids = [event.get("id") for event in stream.messages(2)]
    expect(ids == ["1", "2"], f"the events' ids are {ids} instead of 1 and 2.")


@collected(CASES, 4, "After Last-Event-ID, a client gets the messages that it has missed.")
def _replay(client: Client) -> None:
    client.publish("one", "two", "three")
    with client.stream(Last_Event_ID="1") as stream:
        got = stream.texts(2)
    expect(got == ["two", "three"], f"a client that has message 1 got {got}.")


@collected(CASES, 2, "Last-Event-ID wins over `after`: a browser reconnects with the first address.")
def _wins(client: Client) -> None:
    client.publish("one", "two")
    with client.stream("?after=0", Last_Event_ID="1") as stream:
        expect(stream.texts(1) == ["two"], "the client has message 1, as its Last-Event-ID says.")


@collected(CASES, 2, "A text cannot break out of its event.")
def _one_line(client: Client) -> None:
    text = "x\n\nid: 99\ndata: forged\n\n\u2028y"
    client.publish(text, "end")
    with client.stream("?after=0") as stream:
        expect(stream.texts(2) == [text, "end"], "a text with line ends was torn, or came as two events.")


@collected(CASES, 3, "After a second of silence comes a heartbeat: an event of its own type, without an id.")
def _heartbeat(client: Client) -> None:
    client.publish("one")
    with client.stream("?after=0") as stream:
        stream.messages(1)
        within = Deadline("no event of the type heartbeat came", client.patience)
        while not (beats := [event for event in stream.events if event.get("event") == "heartbeat"]):
            stream.more()
            within.check()
    expect("id" not in beats[0], "a heartbeat with an id changes the Last-Event-ID of the browser.")


@collected(CASES, 1, "A Last-Event-ID beyond the room's last message causes an event of the type reset.")
def _reset(client: Client) -> None:
    client.publish("one")
    with client.stream(Last_Event_ID="9") as stream:
        stream.messages(1)
        expect(any(event.get("event") == "reset" for event in stream.events), "no event of the type reset came.")


@collected(CASES, 1, "A Last-Event-ID that is no number is refused with 400.")
def _refused(client: Client) -> None:
    client.get(status=400, Last_Event_ID="x")
