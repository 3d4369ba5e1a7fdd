"""Stage 4, adaptive: the client asks less often while nobody speaks.

The idea is the client's alone; the server is the finished one, `polling/server.py`, and knows
nothing of it. The first message after a silence waits longest.
"""

from polling.server import deliver as deliver
