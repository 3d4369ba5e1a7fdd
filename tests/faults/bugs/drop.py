"""One delivery in many never happens."""

from faults.bugs import now_and_then

BREAKS = "lost"
SHOWS_IN = ("polling", "longpoll", "sse", "websocket")
UNDER = "peace"


def plant():
    """Make queues count a message as delivered without delivering it, and history leave one out."""
    from lab.chat.queues import Queue
    from lab.chat.rooms import Room

    put, history = Queue.put, Room.history

    def dropping(self, message):
        if message.id == self.last + 1 and now_and_then():
            self.last = message.id
        else:
            put(self, message)

    async def forgetting(self, after=None):
        page = await history(self, after)
        page.messages = [message for message in page.messages if not now_and_then()]
        return page

    Queue.put, Room.history = dropping, forgetting
