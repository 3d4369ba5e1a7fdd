"""A long poll's queue forgets a message as soon as it is sent, whether or not the answer arrived."""

BREAKS = "lost"
SHOWS_IN = ("longpoll",)
UNDER = "inside"


def plant():
    """Let a queue that is known already go on where it was, whatever `after` says."""
    from lab.chat.queues import Queue

    resume = Queue.resume

    def going_on(self, after):
        if not hasattr(self, "last"):
            resume(self, after)

    Queue.resume = going_on
