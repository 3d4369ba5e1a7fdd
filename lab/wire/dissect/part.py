"""One part of a dissected exchange."""

from typing import Any

Part = dict[str, Any]


def make(
    name: str, begin: int, end: int, value: str | int, explains: str, rfc: str, bits: list[int] | None = None
) -> Part:
    """Return a part; `rfc`: the standard that defines it; `bits`: [first, last], counted from the left as in RFCs."""
    fields = {"name": name, "bytes": [begin, end], "value": value, "explains": explains, "rfc": rfc}
    return fields | ({"bits": bits} if bits else {})


def text(data: bytes) -> str:
    """Return bytes as text; bytes that are not UTF-8 become replacement characters."""
    return data.decode("utf-8", "replace")
