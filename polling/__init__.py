"""Short polling: the browser asks again and again, and the server answers at once."""

TITLE = "Short polling"
COLOUR = "#E69F00"
STAGES = ("whole", "after", "etag", "adaptive")
