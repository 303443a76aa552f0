"""Rules on the data: what is wrong with them, each a named check with evidence."""
