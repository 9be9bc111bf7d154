"""QuickBooks Online, read through its accounting interface."""
