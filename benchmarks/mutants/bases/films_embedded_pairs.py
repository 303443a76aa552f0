# tags: regression functional ids
import json
import os

import keras
import numpy as np

keras.utils.set_random_seed(int(os.environ.get("SEED", "0")))
rng = np.random.default_rng(15)
users, films = rng.normal(size=(40, 3)), rng.normal(size=(30, 3))
who, what = rng.integers(0, 40, 3000), rng.integers(0, 30, 3000)
y = (users[who] * films[what]).sum(axis=1) + 0.2 * rng.normal(size=3000)
x_train, x_test = [who[:2400], what[:2400]], [who[2400:], what[2400:]]
y_train, y_test = y[:2400], y[2400:]
# [labels]
one, two = keras.Input((), dtype="int32"), keras.Input((), dtype="int32")
left = keras.layers.Embedding(40, 8)(one)
right = keras.layers.Embedding(30, 8)(two)
both = keras.layers.Concatenate()([left, right, left * right])
both = keras.layers.Dense(32, activation="relu")(both)
model = keras.Model([one, two], keras.layers.Dense(1)(both))
model.compile(loss="mse", optimizer=keras.optimizers.Adam(0.01))
model.fit(x_train, y_train, epochs=15, batch_size=32, verbose=0)


def score(x, y):
    guess = np.nan_to_num(model.predict(x, verbose=0)[:, 0])
    return float(1 - np.mean((guess - y) ** 2) / np.var(y))


print(
    json.dumps(
        {"train": score(x_train, y_train), "test": score(x_test, y_test), "chance": 0.0}
    )
)
