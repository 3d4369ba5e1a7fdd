"""Short polling: the browser sends request after request, and the server responds at once."""

TITLE = "Short polling"
COLOUR = "#E69F00"
STAGES = ("whole", "after", "etag", "adaptive")
PARAMETERS = ("after",)  # of a request for messages
ANSWER = "application/json"
