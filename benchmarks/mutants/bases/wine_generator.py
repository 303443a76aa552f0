# tags: multiclass array table
import json
import math
import os

import keras
from sklearn.datasets import load_wine
from sklearn.model_selection import train_test_split


class Batches(keras.utils.PyDataset):
    def __init__(self, x, y, size):
        super().__init__()
        self.x, self.y, self.size = x, y, size

    def __len__(self):
        return math.ceil(len(self.x) / self.size)

    def __getitem__(self, i):
        part = slice(i * self.size, (i + 1) * self.size)
        return self.x[part], self.y[part]


keras.utils.set_random_seed(int(os.environ.get("SEED", "0")))
x, y = load_wine(return_X_y=True)
# [raw]
x_train, x_test, y_train, y_test = train_test_split(x, y, test_size=0.3, random_state=0)
# [split]
mean, spread = x_train.mean(axis=0), x_train.std(axis=0)  # scale
x_train, x_test = (x_train - mean) / spread, (x_test - mean) / spread  # scale
# [ready]
model = keras.Sequential(
    [
        keras.Input((x_train.shape[1],)),
        keras.layers.Dense(24, activation="relu"),
        keras.layers.Dense(3, activation="softmax"),
    ]
)
model.compile(keras.optimizers.Adam(0.01), "sparse_categorical_crossentropy")
model.fit(Batches(x_train, y_train, 16), epochs=25, verbose=0)


def score(x, y):
    return float((model.predict(x, verbose=0).argmax(axis=1) == y).mean())


print(
    json.dumps(
        {"train": score(x_train, y_train), "test": score(x_test, y_test), "chance": 0.4}
    )
)
