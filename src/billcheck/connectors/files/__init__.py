"""Exported ledger files, read by profiles."""
