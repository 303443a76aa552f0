"""One folder a model: README.md, model.py with ``build``, recipe.py with ``DEFAULT``."""
