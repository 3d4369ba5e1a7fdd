"""Stage 3, bounded: the finished server, which is `sse/server.py`.

A heartbeat after some seconds of silence finds out who is gone, tells the browser's script that the
server is not, and keeps proxies from cutting; a queue that is full is emptied, and its reader goes back
to history.
"""

from sse.server import deliver as deliver
