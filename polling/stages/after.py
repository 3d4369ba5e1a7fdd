"""Stage 2, after: the browser names the last message it has, and gets the messages after it.

The server is the finished one, `polling/server.py`. If there is nothing new, it still writes a
whole response to say so.
"""

from polling.server import deliver as deliver
