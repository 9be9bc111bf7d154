"""Tests of contract files."""
