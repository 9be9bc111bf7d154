"""Fetches that are killed at random moments, and run again."""
