"""A seeded simulator: agreements, what was invoiced for them in messy but honest form, known errors, and the truth."""
