"""websocket-room: one connection that delivers and publishes (SPEC.md, 2.4)."""

from teaching.grading.case import Case, collected, expect
from teaching.grading.client import Client

CASES: list[Case] = []
REPLIES = ("published", "error")


@collected(CASES, 4, "A message that anybody publishes is delivered as a frame.")
def _delivers(client: Client) -> None:
    with client.socket("?after=0") as socket:
        client.publish("one", "two")
        got = [socket.next("message")["text"] for _ in range(2)]
    expect(got == ["one", "two"], f"the messages one and two were published; the frames brought {got}.")


@collected(CASES, 3, "A frame publishes, and is acknowledged with its nonce and id.")
def _publishes(client: Client) -> None:
    with client.socket() as socket:
        socket.send(type="publish", author="Bob", text="hi", nonce="mine")
        reply = socket.next(*REPLIES)
    expect(reply["type"] == "published", f"the publish was refused: {reply.get('error')}")
    expect((reply.get("nonce"), reply.get("id")) == ("mine", 1), "the acknowledgement must name the nonce and the id.")
    expect(client.history() == ["hi"], "the message was acknowledged, but it is not in the room's history.")


@collected(CASES, 2, "What one connection publishes, another receives.")
def _both(client: Client) -> None:
    with client.socket() as one, client.socket() as other:
        one.send(type="publish", author="Bob", text="hi", nonce="n")
        expect(other.next("message")["text"] == "hi", "the other connection got another message.")
        expect(one.next("message")["text"] == "hi", "the publisher is a reader, too.")


@collected(CASES, 3, "After `after`, a connection first gets the messages that it has missed.")
def _replay(client: Client) -> None:
    client.publish("one", "two", "three")
    with client.socket("?after=1") as socket:
        got = [socket.next("message")["text"] for _ in range(2)]
    expect(got == ["two", "three"], f"a client that has message 1 got {got}.")


@collected(CASES, 2, "No message reaches another room.")
def _rooms(client: Client) -> None:
    with client.socket(room=f"{client.room}-b") as socket:
        client.publish("a")
        client.publish("b", room=f"{client.room}-b")
        expect(socket.next("message")["text"] == "b", "a message of another room was delivered.")


@collected(CASES, 3, "A refused publish gets an error frame with its nonce, and the connection stays open.")
def _refuses(client: Client) -> None:
    with client.socket() as socket:
        socket.send(type="publish", author="Bob", text=" ", nonce="mine")
        reply = socket.next(*REPLIES)
        expect(reply["type"] == "error", "a message of white space only must be refused.")
        expect(reply.get("nonce") == "mine", "the error must repeat the nonce.")
        socket.send(type="publish", author="Bob", text="still here", nonce="n")
        expect(socket.next(*REPLIES)["type"] == "published", "after an error the next publish must be accepted.")


@collected(CASES, 1, "After a second of silence comes a heartbeat.")
def _heartbeat(client: Client) -> None:
    with client.socket() as socket:
        socket.next("heartbeat")


@collected(CASES, 1, "After a frame of the type close, the server closes with 1000.")
def _closes(client: Client) -> None:
    with client.socket() as socket:
        socket.send(type="close")
        code = socket.close_code()
    expect(code == 1000, f"the server closed with {code} instead of 1000.")


@collected(CASES, 1, "A binary frame is refused: the server closes with 1003.")
def _binary(client: Client) -> None:
    with client.socket() as socket:
        socket.connection.send(b"\x00")
        code = socket.close_code()
    expect(code == 1003, f"the server closed with {code} instead of 1003.")
