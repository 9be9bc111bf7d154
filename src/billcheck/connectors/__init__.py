"""Readers of ledgers: exports and, later, live systems."""
