"""Refusals of requests that break a rule, and the headers of every response in JSON."""

import json
from collections.abc import Mapping

# Headers of every response in JSON: no page of another site can use it as a script or an image.
JSON_HEADERS = {
    "Content-Type": "application/json",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "same-origin",
}


class Refused(ValueError):
    """A request that breaks a rule; `status` is HTTP's, the text one sentence for the client.

    `retry_after`: seconds after which the client may try again (RFC 9110 §10.2.3), None if that does not help.
    """

    def __init__(
        self,
        sentence: str,
        status: int = 400,
        headers: dict[str, str] | None = None,
        *,
        retry_after: int | None = None,
    ) -> None:
        super().__init__(sentence)
        self.status = status
        self.headers = headers or {}
        if retry_after is not None:
            self.headers["Retry-After"] = str(retry_after)
        self.nonce: object = None  # of the publish that was refused, if it is known

    @property
    def json(self) -> str:
        """The refusal as an object with one sentence, in ASCII."""
        return json.dumps({"error": str(self)})

    def response(self, headers: Mapping[str, str] = JSON_HEADERS) -> tuple[int, dict[str, str], bytes]:
        """Return (status, headers, body in bytes) of the HTTP response; its own headers come after `headers`."""
        body = self.json.encode()
        return self.status, {**headers, "Content-Length": str(len(body)), **self.headers}, body
