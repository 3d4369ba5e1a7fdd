"""The staircase to the finished polling: one file a step, one idea a step; a client where it is the client's."""
