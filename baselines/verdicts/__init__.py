"""What is concluded from scores, and what would change it."""
