"""Refusals: a request that breaks a rule, and what every response in JSON carries."""

import json

# What every answer in JSON carries: no page of another site gets it as a script or a picture.
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
        self.nonce = None  # of the publish that was refused, where it is known

    @property
    def json(self):
        """The refusal as it is answered: an object with one sentence, in ASCII."""
        return json.dumps({"error": str(self)})
