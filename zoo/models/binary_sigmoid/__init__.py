"""A yes/no question with a sigmoid unit."""
