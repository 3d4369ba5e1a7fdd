"""Request heads, read as RFC 9110 and RFC 9112 want it where uvicorn and its parser do not."""

import re

from httptools import HttpParserUpgrade, HttpRequestParser

from lab.messages.errors import Refused

VERSIONS = ("1.0", "1.1")
ABSOLUTE = re.compile(rb"https?://([^/?#@]*)(/[^?#]*)?(\?[^#]*)?", re.IGNORECASE)


class Parser(HttpRequestParser):
    """Parser that goes on after a request whose upgrade the server does not speak, as if it had asked for none."""

    def __init__(self, protocol):
        super().__init__(protocol)
        self.protocol = protocol
        self.set_dangerous_leniencies(lenient_data_after_close=True)  # as uvicorn's: the rest is nobody's

    def feed_data(self, data):
        """Parse; raise HttpParserUpgrade for a WebSocket's handshake alone."""
        parser, rest = self, memoryview(data)
        while rest:
            try:
                return super(Parser, parser).feed_data(rest)
            except HttpParserUpgrade as upgrade:
                if self.protocol.over or self.protocol._should_upgrade():
                    raise
                rest = rest[upgrade.args[0] :]
            # httptools has skipped the body, so the request is parsed anew, and by a parser that expects a head.
            head = self.protocol.head_without_upgrade()
            parser = self.protocol.parser = Parser(self.protocol)
            super(Parser, parser).feed_data(head)


def origin_form(target, headers):
    """Return a request's target as path and query; the host of an absolute one replaces the Host in `headers`.

    RFC 9112 §3.2.2: whatever the Host says, the target's host counts. Raises Refused for a target of another form.
    """
    if (target.startswith(b"/") and b"#" not in target) or target == b"*":
        return target
    absolute = ABSOLUTE.fullmatch(target)
    if not absolute:
        raise Refused("request: its address cannot be read.")
    authority, path, query = absolute.groups()
    for place, (name, _value) in enumerate(headers):
        if name == b"host":
            headers[place] = (name, authority)
    return (path or b"/") + (query or b"")


def listed(headers, wanted):
    """Return the members of a header that is a list, in lower case; it may have several lines (RFC 9110 §5.6.1)."""
    lines = [value for name, value in headers if name == wanted]
    return [member.strip().lower() for line in lines for member in line.split(b",")]


def one_scheme(headers):
    """Leave of X-Forwarded-Proto the scheme that the client used: the first of a list, in lower case."""
    schemes = listed(headers, b"x-forwarded-proto")
    if schemes:
        headers[:] = [header for header in headers if header[0] != b"x-forwarded-proto"]
        headers.append((b"x-forwarded-proto", schemes[0]))
