"""The address of a Redis: a URL, or HOST:PORT as Channels' tutorial has it."""


def clean(address: str) -> str:
    """Return the URL of a Redis; raise ValueError, with one sentence, if it is none."""
    from redis.asyncio import ConnectionPool  # not before: a lab without Redis needs no such package

    url = address if "://" in address else f"redis://{address}"
    try:
        ConnectionPool.from_url(url)  # connects to nothing yet
    except (ValueError, TypeError) as exc:
        raise ValueError("HOST:PORT, redis://:PASSWORD@HOST:PORT/0, or rediss://… for TLS.") from exc
    return url
