"""WebSocket: one connection carries messages both ways, as frames."""

TITLE = "WebSocket"
COLOUR = "#CC79A7"
STAGES = ("echo", "list", "sync", "async", "room")
PARAMETERS = ("after",)  # what a reader may ask for
ANSWER = None  # to a request: it is asked by none
