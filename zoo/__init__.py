"""The network half: Keras models, recipes, trainer, estimator, command.

Importing this package loads neither Keras nor TensorFlow. It does set, where the user
has not, how much TensorFlow logs and how many threads it takes: both are read from the
environment when TensorFlow is first imported.
"""

import os

from .recipe import Recipe as Recipe
from .registry import MODELS as MODELS
from .registry import ModelCard as ModelCard
from .registry import list_models as list_models

__all__ = ["MODELS", "ModelCard", "Recipe", "list_models"]

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
if "OMP_NUM_THREADS" in os.environ:
    # a worker process of joblib: its share of the cores holds for TensorFlow as well
    os.environ.setdefault("TF_NUM_INTRAOP_THREADS", os.environ["OMP_NUM_THREADS"])
    os.environ.setdefault("TF_NUM_INTEROP_THREADS", "1")
