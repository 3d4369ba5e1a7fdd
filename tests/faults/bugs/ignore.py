"""The server ignores `after`: a client that reconnects gets the recent messages again."""

BREAKS = "unordered"
SHOWS_IN = ("polling", "longpoll", "sse", "websocket")
UNDER = "rst"


def plant():
    """Make history and queues start as if `after` were left out."""
    from lab.chat.queues import Queue
    from lab.chat.rooms import Room

    resume, history = Queue.resume, Room.history

    async def recent(self, after=None):
        return await history(self)

    Queue.resume = lambda self, after: resume(self, None)
    Room.history = recent
