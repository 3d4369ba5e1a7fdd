"""Request line and headers: the rules of RFC 9110 and RFC 9112 that uvicorn and its parser do not apply."""

import re

from httptools import HttpParserUpgrade, HttpRequestParser

from lab.messages.errors import Refused

VERSIONS = ("1.0", "1.1")
ABSOLUTE = re.compile(rb"https?://([^/?#@]*)(/[^?#]*)?(\?[^#]*)?", re.IGNORECASE)
Headers = list[tuple[bytes, bytes]]  # names in lower case


class Parser(HttpRequestParser):
    """Parser that ignores an upgrade if the server does not support it, and continues with the next request."""

    def __init__(self, protocol):
        super().__init__(protocol)
        self.protocol = protocol
        self.set_dangerous_leniencies(lenient_data_after_close=True)  # as uvicorn does: drop the data after the end

    def feed_data(self, data):
        """Parse; raise HttpParserUpgrade for the handshake of a WebSocket only."""
        parser, rest = self, memoryview(data)
        while rest:
            try:
                return super(Parser, parser).feed_data(rest)
            except HttpParserUpgrade as upgrade:
                if self.protocol.over or self.protocol._should_upgrade():
                    raise
                rest = rest[upgrade.args[0] :]
            # httptools has skipped the body. So the request is parsed again, by a parser that expects a request line.
            head = self.protocol.head_without_upgrade()
            parser = self.protocol.parser = Parser(self.protocol)
            super(Parser, parser).feed_data(head)


def origin_form(target: bytes, headers: Headers) -> bytes:
    """Return a request's target as path and query; the host of an absolute one replaces the Host in `headers`.

    The target's host counts, not the Host header (RFC 9112 §3.2.2). Raises Refused for a target of another form.
    """
    if (target.startswith(b"/") and b"#" not in target) or target == b"*":
        return target
    absolute = ABSOLUTE.fullmatch(target)
    if not absolute:
        raise Refused("request: its address cannot be read.")
    authority, path, query = absolute.groups()
    for index, (name, _value) in enumerate(headers):
        if name == b"host":
            headers[index] = (name, authority)
    return (path or b"/") + (query or b"")


def list_members(headers: Headers, wanted: bytes) -> list[bytes]:
    """Return the members of a header that is a list, in lower case; it may have several lines (RFC 9110 §5.6.1)."""
    lines = [value for name, value in headers if name == wanted]
    return [member.strip().lower() for line in lines for member in line.split(b",")]


def keep_first_scheme(headers: Headers) -> None:
    """Reduce X-Forwarded-Proto to the scheme that the client used: the first of the list, in lower case."""
    schemes = list_members(headers, b"x-forwarded-proto")
    if schemes:
        headers[:] = [header for header in headers if header[0] != b"x-forwarded-proto"]
        headers.append((b"x-forwarded-proto", schemes[0]))
