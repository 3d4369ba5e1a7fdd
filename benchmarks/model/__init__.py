"""The model: what each technique should cost, by a formula for each and the sizes of what is written."""
