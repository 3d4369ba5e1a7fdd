"""WebSocket: one connection carries messages both ways, as frames."""

TITLE = "WebSocket"
COLOUR = "#CC79A7"
STAGES = ("echo", "list", "sync", "async", "room")
PARAMETERS = ("after",)  # of a request for messages
ANSWER = None  # messages do not come by HTTP
