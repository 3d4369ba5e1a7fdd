"""The server: uvicorn within the lab's limits, the fast paths of the techniques, and what their naive stages share."""
