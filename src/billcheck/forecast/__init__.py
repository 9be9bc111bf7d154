"""What comes next: what is agreed, what a template will make and what was billed last, held against each other."""
