"""The processes of a run besides the load: the server, its channel layer, and a wire."""
