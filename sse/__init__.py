"""Server-Sent Events: the server keeps one response open and writes each message into it."""

TITLE = "Server-Sent Events"
COLOUR = "#009E73"
STAGES = ("stream", "replay", "bounded")
PARAMETERS = ("after", "Last-Event-ID")  # of a request for messages
ANSWER = "text/event-stream"
