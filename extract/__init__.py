"""Reading documents: one module per genre, and the finder of names and targets in running text."""
