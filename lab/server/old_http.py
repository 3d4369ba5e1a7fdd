"""HTTP/1.0: an answer without a length ends with the connection, for chunks are HTTP/1.1's (RFC 9112 §6.1)."""


def without_chunks(cycle, app):
    """Wrap the ASGI application that answers uvicorn's request `cycle` of a client that speaks HTTP/1.0."""
    cycle.waiting_for_100_continue = sized = False  # RFC 9110 §10.1.1: to be ignored there

    async def wrapped(scope, receive, send):
        async def unchunked(message):
            nonlocal sized
            if message["type"] == "http.response.start":
                sized = any(name.lower() == b"content-length" for name, _value in message.get("headers", ()))
                cycle.chunked_encoding = None if sized else False
                cycle.ends_with_connection = not sized
            elif not sized:
                cycle.expected_content_length = len(message.get("body", b""))  # whatever there is
            await send(message)

        await app(scope, receive, unchunked)

    return wrapped
