# tags: autoencoder
import json
import os

import keras
import numpy as np
from sklearn.datasets import load_digits

keras.utils.set_random_seed(int(os.environ.get("SEED", "0")))
pixels = load_digits().data.astype("float32") / 16
x_train, x_test = pixels[:1300], pixels[1300:]
start = keras.Input((64,))
code = keras.layers.Dense(24, activation="relu")(start)
code = keras.layers.Dense(12, activation="relu")(code)
again = keras.layers.Dense(24, activation="relu")(code)
again = keras.layers.Dense(64, activation="sigmoid")(again)
model = keras.Model(start, again)
model.compile(optimizer=keras.optimizers.Adam(0.003), loss="mse")
model.fit(x_train, x_train, epochs=30, batch_size=32, verbose=0)


def score(x):
    guess = np.nan_to_num(model.predict(x, verbose=0))
    return float(1 - np.mean((guess - x) ** 2) / np.mean((x - x.mean(axis=0)) ** 2))


print(json.dumps({"train": score(x_train), "test": score(x_test), "chance": 0.0}))
