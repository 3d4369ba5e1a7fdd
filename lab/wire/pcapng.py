"""A capture as a file that Wireshark opens."""


def file(exchanges, wires):
    """Return the file."""
    return b""
