"""The findings: what the results say, in sentences and tables, and where they deviate from the model or a baseline."""
