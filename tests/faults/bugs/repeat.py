"""One delivery in many happens twice."""

from faults.bugs import now_and_then

BREAKS = "unordered"
SHOWS_IN = ("polling", "longpoll", "sse", "websocket")
UNDER = "peace"


def plant():
    """Make a queue push a message twice, and a response contain one twice."""
    from lab.chat.queues import Queue
    from lab.chat.rooms import Room

    put, fetch, history = Queue.put, Queue.fetch, Room.history

    def pushing_twice(self, message):
        put(self, message)
        if self.push and now_and_then():
            self.push(message)

    def doubled(page):
        if sum(now_and_then() for _ in page.messages):
            page.messages.append(page.messages[-1])
        return page

    async def fetching(self, timeout=None):
        return doubled(await fetch(self, timeout))

    async def remembering(self, after=None):
        return doubled(await history(self, after))

    Queue.put, Queue.fetch, Room.history = pushing_twice, fetching, remembering
