"""HTTP/1.0: a response without a length ends with the connection, as chunks came with HTTP/1.1 (RFC 9112 §6.1)."""


def without_chunks(cycle, app):
    """Wrap an ASGI application, for the request of an HTTP/1.0 client in uvicorn's `cycle`."""
    cycle.waiting_for_100_continue = has_length = False  # RFC 9110 §10.1.1: ignored in HTTP/1.0

    async def wrapped(scope, receive, send):
        async def send_unchunked(message):
            nonlocal has_length
            if message["type"] == "http.response.start":
                has_length = any(name.lower() == b"content-length" for name, _value in message.get("headers", ()))
                cycle.chunked_encoding = None if has_length else False
                cycle.ends_with_connection = not has_length
            elif not has_length:
                cycle.expected_content_length = len(message.get("body", b""))  # any length is the expected one
            await send(message)

        await app(scope, receive, send_unchunked)

    return wrapped
