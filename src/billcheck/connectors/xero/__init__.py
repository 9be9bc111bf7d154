"""The connector to Xero."""
