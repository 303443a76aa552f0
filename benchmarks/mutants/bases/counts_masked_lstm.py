# tags: binary sequence
import json
import os

import keras
import numpy as np

keras.utils.set_random_seed(int(os.environ.get("SEED", "0")))
rng = np.random.default_rng(10)
x = np.zeros((900, 30), "int64")
y = np.zeros(900, "int64")
for row in range(900):
    length = rng.integers(4, 9)
    x[row, :length] = rng.integers(1, 12, length)
    y[row] = x[row, length - 1] > 6
x_train, x_test, y_train, y_test = x[:650], x[650:], y[:650], y[650:]
# [labels]
model = keras.Sequential(
    [
        keras.layers.Embedding(12, 8, mask_zero=True),
        keras.layers.LSTM(12),
        keras.layers.Dense(1, activation="sigmoid"),
    ]
)
model.compile(keras.optimizers.Adam(0.01), loss="binary_crossentropy")
model.fit(x_train, y_train, epochs=10, batch_size=32, verbose=0)


def score(x, y):
    guess = model.predict(x, verbose=0)[:, 0] > 0.5
    return float(np.mean([(guess[y == k] == k).mean() for k in (0, 1)]))


print(
    json.dumps(
        {"train": score(x_train, y_train), "test": score(x_test, y_test), "chance": 0.5}
    )
)
