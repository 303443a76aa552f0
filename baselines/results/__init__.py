"""Facts known after an evaluation, as plain data: the schema of results.json."""
