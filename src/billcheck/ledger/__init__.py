"""What was billed: lines, the table the engine works on, and the protocol of sources."""
