"""polling-etag: a tag stands for a response, and 304 says that the response would be the same (RFC 9110, 13.1.2)."""

from teaching.grading.case import Case, collected, expect
from teaching.grading.client import Client

CASES: list[Case] = []


def _tag(client: Client, query: str = "?after=0") -> str:
    tag = client.get(query).headers.get("etag", "")
    expect(tag, "the response has no ETag header.")
    return tag


@collected(CASES, 2, "A poll gets the messages after the last one that the client has.")
def _after(client: Client) -> None:
    client.publish("one", "two")
    expect(client.get("?after=1").texts == ["two"], "a poll with after=1 must get message 2, and no other.")


@collected(CASES, 2, "Each response has a tag, in quotes.")
def _has_tag(client: Client) -> None:
    tag = _tag(client)
    quoted = len(tag) > 2 and tag.removeprefix("W/").startswith('"') and tag.endswith('"')
    expect(quoted, f"the ETag {tag} is not in double quotes.")


@collected(CASES, 4, "If nothing has changed, the response is 304, without a body and with the same tag.")
def _unchanged(client: Client) -> None:
    client.publish("one")
    tag = _tag(client)
    response = client.get("?after=0", status=304, If_None_Match=tag)
    expect(not response.body, "a 304 must have no body: the body is what it saves.")
    expect(response.headers.get("etag") == tag, "a 304 must repeat the tag.")


@collected(CASES, 3, "A new message changes the tag, and is delivered.")
def _changed(client: Client) -> None:
    tag = _tag(client)
    client.publish("news")
    expect(client.get("?after=0", If_None_Match=tag).texts == ["news"], "the new message was not delivered.")
    expect(_tag(client) != tag, "the tag must change when there is a new message.")


@collected(CASES, 3, "A tag belongs to the response to one request: with another `after` the response is complete.")
def _other_after(client: Client) -> None:
    client.publish("one", "two")
    tag = _tag(client, "?after=2")
    response = client.get("?after=1", If_None_Match=tag)
    expect(response.texts == ["two"], "a client that lacks message 2 must get it, whatever tag it names.")


@collected(CASES, 2, "If-None-Match may be a list, and a proxy may have added W/ to a tag.")
def _lists(client: Client) -> None:
    tag = _tag(client)
    for known in (f'"other", {tag}', f'W/"other" , W/{tag.removeprefix("W/")}'):
        client.get("?after=0", status=304, If_None_Match=known)


@collected(CASES, 2, "If-None-Match: * stands for any tag; other tags, and nonsense, for none.")
def _asterisk(client: Client) -> None:
    tag = _tag(client)
    client.get("?after=0", status=304, If_None_Match="*")
    for known in ('"other"', tag.strip('"'), "nonsense"):
        client.get("?after=0", If_None_Match=known)


@collected(CASES, 2, "An `after` that is no number is refused with 400.")
def _refused(client: Client) -> None:
    client.get("?after=x", status=400)
