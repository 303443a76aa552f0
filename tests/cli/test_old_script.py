"""``zoo check`` of a script as it was written for Keras 1."""

import json
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow  # a process with a whole examination

SCRIPT = """
import numpy as np
from keras.models import Sequential
from keras.layers.core import Dense
x = np.random.RandomState(0).rand(80, 2)
y = (x[:, 0] > x[:, 1]).astype(np.int)
model = Sequential()
model.add(Dense(output_dim=8, input_dim=2, init='uniform', activation='relu'))
model.add(Dense(1, activation='softmax'))
model.compile(loss='binary_crossentropy', optimizer='adam', class_mode='binary')
model.fit(x, y, nb_epoch=20, batch_size=8, show_accuracy=True, verbose=0)
print model.predict_classes(x)[:3]
"""


def test_old_script_is_ported_and_examined(zoo, tmp_path: Path) -> None:
    script, fixed = tmp_path / "xor.py", tmp_path / "fixed.py"
    script.write_text(SCRIPT)
    rest = ("--budget", 20, "--out", tmp_path / "runs", "--json")
    done = zoo("check", script, "--write", fixed, *rest)
    facts = json.loads(done.stdout)
    assert "line 11: `nb_epoch=` is now `epochs=`" in facts["ports"]
    assert script.read_text() == SCRIPT
    assert "Dense(units=8" in fixed.read_text()
    assert "line 4: `keras.layers.core` is now `keras.layers`" in done.stderr
    assert "inputs" in done.stderr
