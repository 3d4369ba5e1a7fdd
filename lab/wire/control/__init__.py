"""Control: an HTTP interface that shows and changes the wires."""
