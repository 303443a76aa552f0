"""The trainer: any compiled Keras model, as fast as the machine allows.

``Model.fit`` goes back to Python after each batch and sets up its input pipeline anew
in each epoch; on small networks that is most of the time. Here TensorFlow runs many
steps as one compiled program. The steps are Keras' own (``Model.train_step``), so the
same batches in the same order give the same weights, metrics and history.

``fit.py`` is the public function; ``arguments.py`` says what must be left to Keras,
``rows.py`` and ``streams.py`` hand out rows, ``programs.py`` compiles, ``epochs.py``
chooses between graph and XLA, and runs callbacks and validation; ``checkpoint.py``
keeps a training's state.
"""

from .checkpoint import Start
from .fit import fit
from .streams import stream

__all__ = ["Start", "fit", "stream"]
