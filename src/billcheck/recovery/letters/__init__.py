"""Letters after the talk, and drafts to hand over."""
