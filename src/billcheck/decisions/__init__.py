"""Decisions: what people decided about findings, as frozen values, and the file they are written down in."""
