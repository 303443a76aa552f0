# tags: regression series
import json
import os

import keras
import numpy as np

keras.utils.set_random_seed(int(os.environ.get("SEED", "0")))
rng = np.random.default_rng(13)
steps = np.arange(900)
series = np.sin(steps / 5) + 0.5 * np.sin(steps / 13) + 0.1 * rng.normal(size=900)
x = np.stack([series[i : i + 16] for i in range(880)])[..., None].astype("float32")
y = series[16:896]
x_train, x_test, y_train, y_test = x[:650], x[650:], y[:650], y[650:]
# [labels]
start = keras.Input((16, 1))
state = keras.layers.GRU(16)(start)
model = keras.Model(start, keras.layers.Dense(1)(state))
model.compile(optimizer=keras.optimizers.Adam(0.01), loss="mae")
model.fit(x_train, y_train, epochs=12, batch_size=32, verbose=0)


def score(x, y):
    guess = np.nan_to_num(model.predict(x, verbose=0)[:, 0])
    return float(1 - np.mean((guess - y) ** 2) / np.var(y))


print(
    json.dumps(
        {"train": score(x_train, y_train), "test": score(x_test, y_test), "chance": 0.0}
    )
)
