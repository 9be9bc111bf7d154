"""From a number to money: how to ask the client."""
