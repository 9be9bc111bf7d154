"""Ledgers billed by wrong terms, each with one known mistake: is it named, and is nothing named without one?"""
