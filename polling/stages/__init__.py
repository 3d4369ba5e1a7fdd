"""The staircase to the finished polling: one file a stage, one idea a stage; a client where it is the client's."""
