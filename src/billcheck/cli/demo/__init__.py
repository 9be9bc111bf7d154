"""The demo: a client billed at half the agreed rate, and the files of that story."""
