"""Stage 3, bounded: the finished server, which is `sse/server.py`.

A heartbeat after some seconds of silence shows the server which readers are gone, shows the browser's
script that the server is there, and keeps proxies from cutting the connection. A queue that is full is
emptied, and its reader goes back to history.
"""

from sse.server import deliver as deliver
