"""Results that somebody else has written, as text that every picture, page and terminal can show."""

import re

# What ends a line in a terminal or moves its cursor, but for line ends and tabs, and what UTF-8 and XML cannot hold.
UNPRINTABLE = re.compile("[\0-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufffe\uffff]")


def printable(value):
    """Return a value of JSON with an escape for each unprintable character in its strings and names."""
    if isinstance(value, str):
        return UNPRINTABLE.sub(lambda found: found[0].encode("unicode_escape").decode(), value)
    if isinstance(value, list):
        return [printable(each) for each in value]
    if isinstance(value, dict):
        return {printable(name): printable(each) for name, each in value.items()}
    return value
