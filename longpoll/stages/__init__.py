"""The staircase to the finished long polling: one file a stage, one idea a stage."""
