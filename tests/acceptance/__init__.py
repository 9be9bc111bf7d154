"""Whole checks from the outside: the story, the named scenarios, properties and hostile inputs."""
