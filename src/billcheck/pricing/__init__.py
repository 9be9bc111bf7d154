"""Contract terms become expected charges per service period."""
