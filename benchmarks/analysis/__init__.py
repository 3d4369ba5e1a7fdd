"""The analysis: a folder of results as series and figures with their intervals, and the model's figures for them."""
