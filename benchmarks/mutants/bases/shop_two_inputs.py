# tags: regression functional
import json
import os

import keras
import numpy as np

keras.utils.set_random_seed(int(os.environ.get("SEED", "0")))
rng = np.random.default_rng(7)
place, goods = rng.normal(size=(1200, 4)), rng.uniform(size=(1200, 5))
y = (
    2 * place[:, 0] * goods[:, 1]
    + 3 * goods[:, 0]
    - place[:, 2]
    + 0.3 * rng.normal(size=1200)
)
order = rng.permutation(1200)
train, test = order[:900], order[900:]
x_train, x_test = [place[train], goods[train]], [place[test], goods[test]]
y_train, y_test = y[train], y[test]
# [labels]
one, two = keras.Input((4,), name="place"), keras.Input((5,), name="goods")
left = keras.layers.Dense(24, activation="relu")(one)
right = keras.layers.Dense(24, activation="relu")(two)
both = keras.layers.Concatenate()([left, right])
both = keras.layers.Dense(24, activation="relu")(both)
model = keras.Model([one, two], keras.layers.Dense(1)(both))
model.compile(optimizer=keras.optimizers.Adam(0.005), loss="mse", metrics=["mae"])
model.fit(x_train, y_train, epochs=40, batch_size=32, verbose=0)


def score(x, y):
    guess = np.nan_to_num(model.predict(x, verbose=0)[:, 0])
    return float(1 - np.mean((guess - y) ** 2) / np.var(y))


print(
    json.dumps(
        {"train": score(x_train, y_train), "test": score(x_test, y_test), "chance": 0.0}
    )
)
