"""A long poll's queue drops a message as soon as it is sent, whether or not the response arrived."""

BREAKS = "lost"
SHOWS_IN = ("longpoll",)
UNDER = "inside"


def plant():
    """Make an existing queue ignore `after`."""
    from lab.chat.queues import Queue

    resume = Queue.resume

    def going_on(self, after):
        if not hasattr(self, "last"):
            resume(self, after)

    Queue.resume = going_on
