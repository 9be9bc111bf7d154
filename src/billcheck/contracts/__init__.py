"""Contracts: frozen terms, and the files people write them in."""
