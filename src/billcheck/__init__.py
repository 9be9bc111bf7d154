"""billcheck: was it billed as agreed?"""
