"""The server: uvicorn with the lab's limits."""
