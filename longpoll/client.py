"""The Python client that asks again as soon as it was answered."""

from lab import client


class Client(client.Client):
    """Keeps one request waiting at the server, on a queue of its own, held at most `hold` seconds."""

    technique = "longpoll"

    def __init__(self, *args, hold=25, **options):
        options.setdefault("timeout", max(client.TIMEOUT, hold + client.ANSWER))
        super().__init__(*args, **options)
        self.hold = hold
        self.queue = None  # the id of this user's queue

    def open(self):
        """Nothing to open: the first request does it."""

    def fetch(self):
        """Ask for what comes, and wait for the answer."""
        path = self.path(after=self.after, queue=self.queue, hold=self.hold)
        answer = self.ask(self.reading, "GET", path)
        self.queue = answer.get("queue")
        return self.page(answer)
