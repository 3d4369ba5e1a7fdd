"""The staircase to the finished event stream: one file a stage, one idea a stage."""
