# tags: regression array table nonlinear
import json
import os

import keras
import numpy as np
from sklearn.datasets import make_friedman1
from sklearn.model_selection import train_test_split


class Net(keras.Model):
    def __init__(self):
        super().__init__()
        self.first = keras.layers.Dense(48, activation="relu")
        self.second = keras.layers.Dense(24, activation="relu")
        self.last = keras.layers.Dense(1)

    def call(self, inputs):
        return self.last(self.second(self.first(inputs)))


keras.utils.set_random_seed(int(os.environ.get("SEED", "0")))
x, y = make_friedman1(1200, n_features=8, noise=1.0, random_state=5)
# [raw]
x_train, x_test, y_train, y_test = train_test_split(x, y, test_size=300, random_state=5)
# [split]
x_train, x_test = 2 * x_train - 1, 2 * x_test - 1
# [ready]
model = Net()
model.compile(keras.optimizers.Adam(0.005), loss="mse")
model.fit(x_train, y_train, epochs=40, batch_size=32, verbose=0)


def score(x, y):
    guess = np.nan_to_num(model.predict(x, verbose=0)[:, 0])
    return float(1 - np.mean((guess - y) ** 2) / np.var(y))


print(
    json.dumps(
        {"train": score(x_train, y_train), "test": score(x_test, y_test), "chance": 0.0}
    )
)
