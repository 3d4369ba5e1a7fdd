"""The opening handshake of a WebSocket (RFC 6455 §4.2), with refusals like all others of the lab."""

import base64

from websockets.datastructures import Headers
from websockets.http11 import Request, Response
from websockets.server import ServerProtocol

from lab.messages.errors import JSON_HEADERS, Refused


class JSONServerProtocol(ServerProtocol):
    """Server side of the WebSocket protocol that refuses in JSON."""

    def accept(self, request: Request) -> Response:
        """Return the response to a handshake."""
        try:
            check_handshake(request.headers)
        except Refused as refused:
            response = self.reject(refused.status, str(refused))
            for name, value in refused.headers.items():
                response.headers[name] = value
            return response
        return super().accept(request)

    def process_origin(self, headers: Headers) -> None:
        """Leave the Origin to the guard, which has one rule for HTTP and WebSocket."""

    def reject(self, status: int, text: str) -> Response:
        """Return the response that refuses a handshake."""
        response = super().reject(status, Refused(text.strip()).json)
        del response.headers["Content-Type"]  # else both would be sent
        for name, value in JSON_HEADERS.items():
            response.headers[name] = value
        return response


def check_handshake(headers: Headers) -> None:
    """Raise Refused if a handshake is of another version (RFC 6455 §4.2.2), or has not one key of 16 bytes."""
    keys, versions = headers.get_all("Sec-WebSocket-Key"), headers.get_all("Sec-WebSocket-Version")
    if len(keys) != 1 or not is_key(keys[0]):
        raise Refused("Sec-WebSocket-Key: one of 16 bytes in base64 is expected.")
    if versions != ["13"]:
        supported = {"Sec-WebSocket-Version": "13", "Upgrade": "websocket", "Connection": "Upgrade"}
        status = 400 if len(versions) > 1 else 426
        raise Refused("Sec-WebSocket-Version: 13 is expected.", status=status, headers=supported)


def is_key(text: str) -> bool:
    """Return whether a text is 16 bytes in base64."""
    try:
        return len(base64.b64decode(text, validate=True)) == 16
    except ValueError:
        return False
