"""Explanations of deviations from the model, one module for each kind of figure."""
