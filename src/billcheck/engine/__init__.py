"""Expected charges meet billed lines: match, allocate, diff, diagnose."""
