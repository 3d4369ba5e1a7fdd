"""Section 4: every refusal is one sentence, the same by every technique, and nothing is stored."""

import json

import pytest

from support.raw_http import get, post, room_path
from support.raw_websocket import open_websocket
from support.technique_io import HTTP, publish, publish_fields, publish_frame, read

pytestmark = pytest.mark.also_scaled

DEEP = 10_000
AUTHOR = "author: 1 to 40 characters."
AUTHOR_CONTROLS = "author: no control characters."
HIDDEN = "author: no invisible characters, and none that turn the direction of writing."
UNSTORABLE = "text: no NUL and no lone surrogates."
NONCE = "nonce: 1 to 64 printable ASCII characters."
SENT_AT = "sent_at: a number of milliseconds is expected."
OBJECT = "body: a JSON object is expected."
NO_JSON = "body: not JSON."

BAD_FIELDS = {  # why: (what differs from a good publish, the sentence); None leaves a field out
    "author left out": ({"author": None}, "author: a text is expected."),
    "author a number": ({"author": 7}, "author: a text is expected."),
    "author a list": ({"author": ["Ann"]}, "author: a text is expected."),
    "author empty": ({"author": ""}, AUTHOR),
    "author white space": ({"author": " \t\u3000"}, AUTHOR),
    "author of 41": ({"author": "a" * 41}, AUTHOR),
    "author with a NUL": ({"author": "A\0n"}, AUTHOR_CONTROLS),
    "author with a line end": ({"author": "A\nn"}, AUTHOR_CONTROLS),
    "author with a line separator": ({"author": "A\u2028n"}, AUTHOR_CONTROLS),
    "author with a next line": ({"author": "A\u0085n"}, AUTHOR_CONTROLS),
    "author with a lone surrogate": ({"author": "A\ud800"}, AUTHOR_CONTROLS),
    "author turned round": ({"author": "\u202eAnn\u202c"}, HIDDEN),
    "author with a zero-width space": ({"author": "A\u200bnn"}, HIDDEN),
    "author with a joiner between letters that do not join": ({"author": "A\u200dnn"}, HIDDEN),
    "author after a byte order mark": ({"author": "\ufeffAnn"}, HIDDEN),
    "author of a filler": ({"author": "\u3164"}, HIDDEN),
    "author of an empty Braille pattern": ({"author": "\u2800"}, HIDDEN),
    "text left out": ({"text": None}, "text: a text is expected."),
    "text a number": ({"text": 1}, "text: a text is expected."),
    "text an object": ({"text": {"a": 1}}, "text: a text is expected."),
    "text true": ({"text": True}, "text: a text is expected."),
    "text empty": ({"text": ""}, "text: not only white space."),
    "text white space": ({"text": " \r\n\t\u2003\u2028\u0085"}, "text: not only white space."),
    "text of zero-width spaces": ({"text": "\u200b \ufeff"}, "text: not only white space."),
    "text of fillers": ({"text": "\u3164\u2800\u115f"}, "text: not only white space."),
    "text of controls": ({"text": "\u202e\x01\x1b\n"}, "text: not only white space."),
    "text of 4,001": ({"text": "x" * 4_001}, "text: at most 4,000 characters."),
    "text with a NUL": ({"text": "a\0b"}, UNSTORABLE),
    "text with a high surrogate alone": ({"text": "a\ud83d"}, UNSTORABLE),
    "text with surrogates turned round": ({"text": "\ude00\ud83d"}, UNSTORABLE),
    "nonce empty": ({"nonce": ""}, NONCE),
    "nonce of 65": ({"nonce": "n" * 65}, NONCE),
    "nonce not ASCII": ({"nonce": "é"}, NONCE),
    "nonce with a line end": ({"nonce": "n\n"}, NONCE),
    "nonce with a control character": ({"nonce": "\x7f"}, NONCE),
    "nonce a number": ({"nonce": 1}, NONCE),
    "nonce a list": ({"nonce": []}, NONCE),
    "sent_at a text": ({"sent_at": "1763678000123"}, SENT_AT),
    "sent_at true": ({"sent_at": True}, SENT_AT),
    "sent_at a list": ({"sent_at": [1]}, SENT_AT),
    "sent_at past all clocks": ({"sent_at": 10**400}, SENT_AT),
}
BAD_BODIES = {  # why: (the body, the sentence)
    "empty": (b"", NO_JSON),
    "cut": (b'{"author": "Ann", "text": "hi"', NO_JSON),
    "two objects": (b"{}{}", NO_JSON),
    "single quotes": (b"{'author': 'Ann'}", NO_JSON),
    "a bare word": (b"hello", NO_JSON),
    "a byte order mark": (b'\xef\xbb\xbf{"author": "Ann", "text": "hi"}', NO_JSON),
    "a raw line end in a text": (b'{"author": "Ann", "text": "a\nb"}', NO_JSON),
    "a list": (b'[{"author": "Ann", "text": "hi"}]', OBJECT),
    "a text": (b'"hi"', OBJECT),
    "null": (b"null", OBJECT),
    "a number": (b"1", OBJECT),
    "NaN": (b'{"author": "Ann", "text": "hi", "sent_at": NaN}', "body: NaN is not JSON."),
    "Infinity": (b'{"author": "Ann", "text": "hi", "sent_at": Infinity}', "body: Infinity is not JSON."),
    "-Infinity": (b'{"author": "Ann", "text": "hi", "sent_at": -Infinity}', "body: -Infinity is not JSON."),
    "NaN in a field that nobody reads": (b'{"author": "Ann", "text": "hi", "x": [NaN]}', "body: NaN is not JSON."),
    "a float past all floats": (b'{"author": "Ann", "text": "hi", "sent_at": 1e999}', SENT_AT),
    "a number of 5,000 digits": (b'{"author": "Ann", "text": "hi", "x": %s}' % (b"9" * 5_000), NO_JSON),
    "lists 10,000 deep": (b'{"author": "Ann", "text": "hi", "x": %s%s}' % (b"[" * DEEP, b"]" * DEEP), None),
    "objects 10,000 deep": (b'{"a":' * DEEP + b"1" + b"}" * DEEP, None),
    "10,000 openings": (b"[" * DEEP, None),
}
GOOD = {"author": "Ann", "text": "hi", "nonce": "good"}


def refused_alike(server, technique, room, fields, sentence):
    """Check that a publish is refused with this sentence, nothing is stored, and the next publish is accepted."""
    status, response = publish_fields(technique, server, room, fields)
    assert status == 400
    assert response["error"] == sentence
    assert set(response) <= {"error", "type", "nonce", "status"}
    assert publish(technique, server, room, "first")[1]["id"] == 1


@pytest.mark.parametrize(("change", "sentence"), list(BAD_FIELDS.values()), ids=list(BAD_FIELDS))
def test_4_a_bad_field_is_refused(server, room, technique, change, sentence):
    fields = {name: value for name, value in (GOOD | change).items() if value is not None}
    refused_alike(server, technique, room, fields, sentence)


@pytest.mark.parametrize(("body", "sentence"), list(BAD_BODIES.values()), ids=list(BAD_BODIES))
def test_4_a_body_that_is_no_json_object_is_refused(server, room, technique, body, sentence):
    if technique == "websocket" and body.startswith(b"{") and b'"author"' in body:
        body = body.replace(b'{"author"', b'{"type": "publish", "author"', 1)
    refused_alike(server, technique, room, body, sentence or "body: JSON nested too deep.")


@pytest.mark.parametrize("technique", HTTP)
@pytest.mark.parametrize("body", [b'{"author": "Ann", "text": "\xff"}', b"\xed\xa0\x80", b'{"author": "\xc0\xaf"}'])
def test_4_a_body_that_is_not_utf_8_is_refused(server, room, technique, body):
    refused_alike(server, technique, room, body, "body: not UTF-8.")


@pytest.mark.parametrize("after", ["-1", "abc", "", "1.5", "99999999999999999999", str(2**63), "%D9%A1", "1%0A", "+1"])
@pytest.mark.parametrize("technique", HTTP)
def test_4_a_bad_after_is_refused(server, room, technique, after):
    response = get(server.url, room_path(technique, room, f"?after={after}"))
    assert (response.status, response.sentence) == (400, f"after: a whole number from 0 to {2**63 - 1}.")


@pytest.mark.parametrize("technique", HTTP)
def test_2_a_query_may_have_many_parameters(server, room, technique):
    assert get(server.url, room_path(technique, room, f"?{'a&' * 5_000}hold=0&after=-1")).status == 400
    assert get(server.url, f"/{technique}/{room}/?{'a&' * 5_000}").status == 200


KINDS = ["t*=bogus''%E4", "charset=rot13", "charset=utf-16", "charset*=utf-8''%00", "charset=" + "x" * 11_000]


@pytest.mark.parametrize("kind", KINDS, ids=range(len(KINDS)))
def test_4_415_a_content_type_that_cannot_be_parsed_is_refused_by_every_technique(server, room, kind):
    headers = {"Content-Type": f"application/json; {kind}"}
    chats = [room_path(technique, room, "?after=%41") for technique in HTTP]
    for path in ("/", "/healthz", "/static/lab/style.css", *chats):
        assert get(server.url, path, **headers).status == 415, path
    for path in chats:
        response = post(server.url, path, GOOD, **headers)
        assert (response.status, response.sentence.partition(":")[0]) == (415, "Content-Type")
        assert post(server.url, path, GOOD, **{"Content-Type": 'Application/JSON; charset="UTF-8"'}).status in (
            200,
            201,
        )


@pytest.mark.parametrize("technique", HTTP)
def test_2_an_address_of_messages_without_its_last_slash_is_unknown(server, room, technique):
    path = room_path(technique, room).removesuffix("/")
    responses = [get(server.url, path), post(server.url, path, {"author": "Ann", "text": "hi"})]
    assert {(response.status, response.sentence) for response in responses} == {(404, "address: nothing is here.")}


@pytest.mark.parametrize("change", [{"text": "other"}, {"author": "Bob"}])
def test_4_409_a_nonce_used_again_with_another_author_or_text_is_refused(server, room, technique, change):
    publish_fields(technique, server, room, GOOD)
    status, response = publish_fields(technique, server, room, GOOD | change)
    assert status == 409
    assert response["error"] == "nonce: already used for another message."
    assert publish(technique, server, room, "next")[1]["id"] == 2
    assert [m["text"] for m in read(technique, server, room, 2, "?after=0").messages] == ["hi", "next"]


@pytest.mark.parametrize("technique", HTTP)
def test_2_a_repeated_nonce_gets_200_and_the_stored_message(server, room, technique):
    first = post(server.url, room_path(technique, room), GOOD | {"sent_at": 1})
    again = post(server.url, room_path(technique, room), GOOD | {"sent_at": 2})
    assert (first.status, again.status) == (201, 200)
    assert first.json == again.json
    assert first.json["sent_at"] == 1


@pytest.mark.parametrize("technique", HTTP)
def test_2_a_publish_gets_201_and_the_message(server, room, technique):
    response = post(server.url, room_path(technique, room), GOOD)
    assert response.status == 201
    assert response.json == read(technique, server, room, 1, "?after=0").messages[0]


def test_4_unknown_fields_are_ignored(server, room, technique):
    extra = {"id": 99, "room": "other", "published_at": 1, "x": {"y": [1, None]}, "__proto__": {}}
    assert publish_fields(technique, server, room, GOOD | extra)[0] == 201
    (message,) = read(technique, server, room, 1, "?after=0").messages
    assert (message["id"], message["room"]) == (1, room)


def test_1_3_fields_at_their_bounds_are_accepted(server, room, technique):
    fields = {"author": "\u00e9" * 40, "text": "\U0001f600" * 4_000, "nonce": " ~" * 32, "sent_at": -1e299}
    assert publish_fields(technique, server, room, fields)[0] == 201
    (message,) = read(technique, server, room, 1, "?after=0").messages
    assert {name: message[name] for name in fields} == fields


def test_4_after_many_refusals_the_websocket_still_publishes(server, room):
    with open_websocket(server.url, room) as connection:
        for change, sentence in BAD_FIELDS.values():
            fields = {name: value for name, value in (GOOD | change).items() if value is not None}
            assert publish_frame(connection, fields)[1]["error"] == sentence
        assert publish_frame(connection, json.dumps(GOOD | {"type": "publish"}).encode())[1]["id"] == 1
