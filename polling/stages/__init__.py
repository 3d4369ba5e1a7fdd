"""The staircase to the finished polling: one idea in each file, and a client if the idea is the client's."""
