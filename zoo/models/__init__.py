"""One folder a model: README.md, model.py (``build``), recipe.py (``DEFAULT``)."""
