"""The findings: what the results say in sentences and tables, and where the model or a baseline says otherwise."""
