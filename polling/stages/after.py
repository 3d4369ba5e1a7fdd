"""Stage 2, after: the browser names the last message it has seen, and gets what came after it.

The server is the finished one, `polling/server.py`. It still writes a whole answer to say that
there is nothing.
"""

from polling.server import deliver as deliver
