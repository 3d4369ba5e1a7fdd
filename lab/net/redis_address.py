"""The address of a Redis: a URL, or HOST:PORT as in the tutorial of Channels."""

from urllib.parse import urlsplit

SCHEMES = ("redis", "rediss", "unix")


def clean(address: str) -> str:
    """Return the URL of a Redis; raise ValueError, with one sentence, if it is not valid."""
    url = address if "://" in address else f"redis://{address}"
    try:
        parts = urlsplit(url)
        is_good = parts.scheme in SCHEMES and parts.port != 0
    except ValueError:  # a port that is no number, a bracket without its pair
        is_good = False
    if not is_good:
        raise ValueError("HOST:PORT, redis://:PASSWORD@HOST:PORT/0, or rediss://… for TLS.")
    return url
