"""Short polling: the browser asks again and again, and the server answers at once."""

TITLE = "Short polling"
COLOUR = "#E69F00"
STAGES = ("whole", "after", "etag", "adaptive")
PARAMETERS = ("after",)  # what a reader may ask for
ANSWER = "application/json"
