# tags: binary functional siamese
import json
import os

import keras
import numpy as np
from sklearn.datasets import load_digits

keras.utils.set_random_seed(int(os.environ.get("SEED", "0")))
pixels, digit = load_digits(return_X_y=True)
pixels = (pixels / 16).astype("float32")
rng = np.random.default_rng(11)


def pairs(rows, count):
    left, right, same = [], [], []
    for number in range(count):
        first = rng.choice(rows)
        wanted = number % 2
        others = rows[(digit[rows] == digit[first]) == bool(wanted)]
        second = rng.choice(others)
        left.append(pixels[first]), right.append(pixels[second]), same.append(wanted)
    return [np.array(left), np.array(right)], np.array(same)


rows = rng.permutation(len(digit))
x_train, y_train = pairs(rows[:1200], 2000)
x_test, y_test = pairs(rows[1200:], 500)
# [labels]
tower = keras.Sequential(
    [
        keras.Input((64,)),
        keras.layers.Dense(48, activation="relu"),
        keras.layers.Dense(24, activation="relu"),
    ]
)
one, two = keras.Input((64,)), keras.Input((64,))
apart = keras.ops.abs(tower(one) - tower(two))
model = keras.Model([one, two], keras.layers.Dense(1, activation="sigmoid")(apart))
model.compile(loss="binary_crossentropy", optimizer=keras.optimizers.Adam(0.003))
model.fit(x_train, y_train, epochs=20, batch_size=32, verbose=0)


def score(x, y):
    guess = model.predict(x, verbose=0)[:, 0] > 0.5
    return float(np.mean([(guess[y == k] == k).mean() for k in (0, 1)]))


print(
    json.dumps(
        {"train": score(x_train, y_train), "test": score(x_test, y_test), "chance": 0.5}
    )
)
