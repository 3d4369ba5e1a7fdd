"""One part of an exchange that was taken apart."""


def make(name, begin, end, value, explains, rfc, bits=None):
    """Return one part; `bits`: [first, last] of them, counted from the left of the byte as the RFCs do."""
    found = {"name": name, "bytes": [begin, end], "value": value, "explains": explains, "rfc": rfc}
    return found | ({"bits": bits} if bits else {})


def text(data):
    """Return bytes as text, as far as they are."""
    return data.decode("utf-8", "replace")
