"""Configuration: what a business decided about its ledger, as frozen rules, and the file people write it in."""
