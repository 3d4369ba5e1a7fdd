"""Stage 3, after: the finished server, which is `longpoll/server.py`.

Each request names the last message seen, so what an answer lost is given again, and a new queue
is filled from history.
"""

from longpoll.server import deliver as deliver
