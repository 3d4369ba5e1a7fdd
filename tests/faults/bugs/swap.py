"""Now and then a message overtakes the one before it."""

from faults.bugs import now_and_then

BREAKS = "unordered"
SHOWS_IN = ("polling", "sse", "websocket")  # a long poll's response seldom has two messages
UNDER = "peace"


def plant():
    """Make a queue hold one message back until the next is sent, and a page swap its last two messages."""
    from lab.chat.queues import Queue
    from lab.chat.rooms import Room

    put, history, held = Queue.put, Room.history, {}

    def overtaking(self, message):
        if self in held:
            for each in (message, held.pop(self)):
                if self.push:
                    self.push(each)
            self.last = message.id
        elif self.push and self.waiter and message.id == self.last + 1 and now_and_then():
            held[self] = message
        else:
            put(self, message)

    async def turning(self, after=None):
        page = await history(self, after)
        if len(page.messages) > 1 and sum(now_and_then() for _ in page.messages):
            page.messages[-2:] = reversed(page.messages[-2:])
        return page

    Queue.put, Room.history = overtaking, turning
