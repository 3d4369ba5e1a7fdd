"""Makes text from others safe to show in every plot, page and terminal."""

import re
from typing import Any

# Characters that end a line or move the cursor of a terminal, except line ends and tabs, and those that UTF-8 or XML
# cannot hold.
UNPRINTABLE = re.compile("[\0-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufffe\uffff]")


def printable(value: Any) -> Any:
    """Return a JSON value with the unprintable characters of its strings and keys escaped."""
    if isinstance(value, str):
        return UNPRINTABLE.sub(lambda match: match[0].encode("unicode_escape").decode(), value)
    if isinstance(value, list):
        return [printable(each) for each in value]
    if isinstance(value, dict):
        return {printable(name): printable(each) for name, each in value.items()}
    return value
