"""The analysis: a results folder as series and estimates with intervals, and the model's predictions for them."""
