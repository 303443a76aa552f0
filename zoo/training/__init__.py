"""The trainer: any compiled Keras model, as fast as the machine allows.

``Model.fit`` goes back to Python after each batch and sets up its input pipeline anew
in each epoch; on small networks that is most of the time. Here TensorFlow runs many
steps as one compiled program. The steps are Keras' own (``Model.train_step``), so the
same batches in the same order give the same weights, metrics and history.

``fit.py`` is the public function; ``arguments.py`` says what must be left to Keras,
``rows.py`` and ``streams.py`` hand out rows, ``programs.py`` compiles, ``ways.py`` and
``trial.py`` choose between graph and XLA, ``epochs.py`` runs callbacks and validation.
"""

from .fit import fit
from .start import Start
from .streams import stream

__all__ = ["Start", "fit", "stream"]
