"""Stage 5, room: the finished consumer, which is `websocket/server.py`.

One subscription for each process and room instead of one for each connection; ids, history and
`after`, so that nothing is lost between two connections; bounded queues, so that a slow reader delays
nobody; a heartbeat in silence, so that a browser notices a dead connection.
"""

from websocket.server import Consumer as Consumer
