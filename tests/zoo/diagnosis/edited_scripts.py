"""Scripts that tests of edits start from, and what an edit makes of them."""

import textwrap

from learnable.zoo.diagnosis.codemod.apply import apply_edits, difference
from learnable.zoo.diagnosis.record.recording import Place

LISTED = '''\
"""A script."""
import keras
import numpy as np
from keras import layers

x = np.arange(40.0).reshape(20, 2)
y = np.arange(20) % 2

# The model.
model = keras.Sequential([
    keras.Input((2,)),
    layers.Dense(4),  # hidden
    layers.Dense(1, "sigmoid"),
])
# Adam is fine.
model.compile("adam", loss="mse")  # for now
history = model.fit(
    x,
    y,
    epochs=3,  # enough
    verbose=0,
)
'''
ADDED = """\
import keras
import numpy as np
from keras.layers import Dense as Full
x = np.ones((4, 2))
y = np.ones(4)
model = keras.Sequential()
model.add(Full(4))
model.add(Full(1))
model.compile("sgd", "mse")
model.fit(x, y, verbose=0)
"""
FUNCTIONAL = """\
import keras
import numpy as np
from keras.layers import *
images = np.ones((4, 8, 8, 1))
y = np.ones(4)
image = keras.Input((8, 8, 1))
x = Conv2D(2, 3)(image)
x = MaxPooling2D(2)(image)
x = Flatten()(GlobalAveragePooling2D()(image))
x = Dense(1)(x)
net = keras.Model(image, x)
net.compile(optimizer="sgd", loss="mse")
net.fit(images, y, verbose=0)
"""


def at(source: str, text: str) -> Place:
    """The line of a script that has a text, the only one."""
    lines = [i for i, line in enumerate(source.splitlines(), 1) if text in line]
    (line,) = lines
    return Place("train.py", line)


def edited(source: str, *edits) -> str | None:
    compiled = at(source, ".compile(") if ".compile(" in source else None
    return apply_edits(source, edits, fit=at(source, ".fit("), compiled=compiled)


def changed(source: str, *edits) -> list[str]:
    """The lines that edits take away and put in."""
    result = edited(source, *edits)
    assert result is not None
    lines = difference(source, result, name="train.py").splitlines()[2:]
    return [line for line in lines if line[0] in "+-"]


def run(source: str) -> dict:
    """What a script leaves behind."""
    found: dict = {}
    exec(compile(source, "train.py", "exec"), found)
    return found


def script(body: str) -> str:
    head = "import keras\nimport numpy as np\nfrom keras.layers import *\n"
    return head + textwrap.dedent(body)
