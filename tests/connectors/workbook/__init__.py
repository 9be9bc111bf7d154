"""Workbooks as ledgers."""
