"""The measurements: load, scenarios, figures, report."""
