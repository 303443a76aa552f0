# tags: binary array table
import json
import os

import keras
import numpy as np
from sklearn.datasets import load_breast_cancer
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler

keras.utils.set_random_seed(int(os.environ.get("SEED", "0")))
x, y = load_breast_cancer(return_X_y=True)
# [raw]
x_train, x_test, y_train, y_test = train_test_split(x, y, random_state=0)
# [split]
scaler = StandardScaler().fit(x_train)  # scale
x_train, x_test = scaler.transform(x_train), scaler.transform(x_test)  # scale
# [ready]
model = keras.Sequential(
    [
        keras.layers.Dense(16, activation="relu"),
        keras.layers.Dense(8, activation="relu"),
        keras.layers.Dense(1, activation="sigmoid"),
    ]
)
model.compile(keras.optimizers.Adam(0.005), "binary_crossentropy", metrics=["accuracy"])
model.fit(x_train, y_train, epochs=25, batch_size=32, verbose=0)


def score(x, y):
    guess = model.predict(x, verbose=0)[:, 0] > 0.5
    return float(np.mean([(guess[y == k] == k).mean() for k in (0, 1)]))


print(
    json.dumps(
        {"train": score(x_train, y_train), "test": score(x_test, y_test), "chance": 0.5}
    )
)
