"""A yes/no question with a softmax of one unit."""
