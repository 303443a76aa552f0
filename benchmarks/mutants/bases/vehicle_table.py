# tags: multiclass array table files
import json
import os

import keras
import numpy as np
import pandas as pd
from sklearn.model_selection import train_test_split

keras.utils.set_random_seed(int(os.environ.get("SEED", "0")))
frame = pd.read_csv(os.environ["ZOO_DATA"] + "/tabular/vehicle.tsv.gz", sep="\t")
x = frame.drop(columns="target").to_numpy("float32")
y = frame["target"].astype("category").cat.codes.to_numpy("int64")
# [raw]
x_train, x_test, y_train, y_test = train_test_split(x, y, random_state=0)
# [split]
mean, spread = x_train.mean(axis=0), x_train.std(axis=0)  # scale
x_train, x_test = (x_train - mean) / spread, (x_test - mean) / spread  # scale
# [ready]
model = keras.Sequential(
    [
        keras.Input((x_train.shape[1],)),
        keras.layers.Dense(32, activation="relu"),
        keras.layers.Dense(int(y.max()) + 1, activation="softmax"),
    ]
)
model.compile(keras.optimizers.Adam(0.01), "sparse_categorical_crossentropy")
model.fit(x_train, y_train, epochs=25, batch_size=32, verbose=0)


def score(x, y):
    return float((model.predict(x, verbose=0).argmax(axis=1) == y).mean())


print(
    json.dumps(
        {
            "train": score(x_train, y_train),
            "test": score(x_test, y_test),
            "chance": float(max(np.bincount(y)) / len(y)),
        }
    )
)
