"""Refusals: a request that breaks a rule, and what every response in JSON carries."""

import json

# Headers of every response in JSON: no page of another site can use it as a script or an image.
JSON_HEADERS = {
    "Content-Type": "application/json",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "same-origin",
}


class Refused(ValueError):
    """A request that breaks a rule; `status` is HTTP's, the text one sentence for the client."""

    def __init__(self, sentence, status=400, headers=None):
        super().__init__(sentence)
        self.status = status
        self.headers = headers or {}
        self.nonce = None  # of the publish that was refused, if it is known

    @property
    def json(self):
        """The refusal as an object with one sentence, in ASCII."""
        return json.dumps({"error": str(self)})

    def response(self, headers=JSON_HEADERS):
        """Return (status, headers, body in bytes) of the HTTP response; its own headers come after `headers`."""
        body = self.json.encode()
        return self.status, {**headers, "Content-Length": str(len(body)), **self.headers}, body
