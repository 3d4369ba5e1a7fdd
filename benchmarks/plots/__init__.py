"""The plots: a module for each kind, and what their axes share."""
