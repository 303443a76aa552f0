"""Models, one file each: ``CARD``, ``DEFAULT`` (its recipe) and ``build``.

The docstring of a file is the model's page, which ``zoo show`` prints without its first
line. ``learnable.zoo.registry`` finds the files by itself.
"""
