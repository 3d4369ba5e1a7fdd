"""The control: the HTTP interface that shows and changes the wires."""
