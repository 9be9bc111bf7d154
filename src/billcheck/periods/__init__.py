"""Service periods read from the text of a line."""
