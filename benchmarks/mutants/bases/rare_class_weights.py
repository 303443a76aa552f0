# tags: binary array table
import json
import os

import keras
import numpy as np
from sklearn.datasets import make_classification
from sklearn.model_selection import train_test_split

keras.utils.set_random_seed(int(os.environ.get("SEED", "0")))
x, y = make_classification(
    1500, 12, n_informative=5, weights=[0.9], class_sep=1.5, flip_y=0.0, random_state=14
)
# [raw]
x_train, x_test, y_train, y_test = train_test_split(x, y, stratify=y, random_state=14)
# [split]
# [ready]
model = keras.Sequential(
    [
        keras.Input((x_train.shape[1],)),
        keras.layers.Dense(24, activation="elu"),
        keras.layers.Dense(24, activation="elu"),
        keras.layers.Dense(1, activation="sigmoid"),
    ]
)
model.compile(loss="binary_crossentropy", optimizer=keras.optimizers.Adam(0.003))
model.fit(
    x_train, y_train, epochs=20, batch_size=32, class_weight={0: 1.0, 1: 9.0}, verbose=0
)


def score(x, y):
    guess = model.predict(x, verbose=0)[:, 0] > 0.5
    return float(np.mean([(guess[y == k] == k).mean() for k in (0, 1)]))


print(
    json.dumps(
        {"train": score(x_train, y_train), "test": score(x_test, y_test), "chance": 0.5}
    )
)
