"""Long polling: the server holds each request until there is a message; then the browser sends the next request."""

TITLE = "Long polling"
COLOUR = "#0072B2"
STAGES = ("hold", "queue", "after")
PARAMETERS = ("after", "queue", "hold")  # of a request for messages
ANSWER = "application/json"
