"""Stage 3, after: the finished server, which is `longpoll/server.py`.

Each request names the last message that the browser has. So messages of a lost response are sent again,
and a new queue is filled from history.
"""

from longpoll.server import deliver as deliver
