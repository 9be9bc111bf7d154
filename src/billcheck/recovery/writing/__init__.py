"""Texts for a client: the languages, the templates, the tone, and the formats they come in."""
