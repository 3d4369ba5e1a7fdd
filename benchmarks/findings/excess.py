"""What all reasons share: by how much a measured figure lies above the model's."""

UNEXPLAINED = "not explained"
SIGMAS = 3.0  # how far chance is believed to reach, standard errors


def excess(row):
    """Return by how much the measured figure lies above the model's, in the figure's unit."""
    return row.measured.median - row.predicted
