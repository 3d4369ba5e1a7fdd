"""Stage 4, adaptive: the client polls less often while no messages come.

Only the client has changed; the server is the finished one, `polling/server.py`. The first message
after a silence waits longest.
"""

from polling.server import deliver as deliver
