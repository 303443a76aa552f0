# tags: regression array table
import json
import os

import keras
import numpy as np
from sklearn.datasets import make_regression
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler

keras.utils.set_random_seed(int(os.environ.get("SEED", "0")))
x, y = make_regression(900, 12, n_informative=6, noise=20.0, random_state=2)
x = x * np.linspace(1, 40, 12) + np.linspace(-50, 200, 12)
y = (y + 100) / 50
# [raw]
x_train, x_test, y_train, y_test = train_test_split(x, y, random_state=0)
# [split]
scaler = StandardScaler()  # scale
x_train, x_test = scaler.fit_transform(x_train), scaler.transform(x_test)  # scale
# [ready]
model = keras.Sequential(
    [
        keras.Input((x_train.shape[1],)),
        keras.layers.Dense(32, activation="tanh"),
        keras.layers.Dense(1),
    ]
)
model.compile(loss="mean_squared_error", optimizer=keras.optimizers.Adam(0.01))
model.fit(
    x_train,
    y_train,
    validation_data=(x_test, y_test),
    epochs=60,
    batch_size=32,
    callbacks=[
        keras.callbacks.EarlyStopping(patience=10, restore_best_weights=True),
        keras.callbacks.ReduceLROnPlateau(patience=4),
    ],
    verbose=0,
)


def score(x, y):
    guess = np.nan_to_num(model.predict(x, verbose=0)[:, 0])
    return float(1 - np.mean((guess - y) ** 2) / np.var(y))


print(
    json.dumps(
        {"train": score(x_train, y_train), "test": score(x_test, y_test), "chance": 0.0}
    )
)
