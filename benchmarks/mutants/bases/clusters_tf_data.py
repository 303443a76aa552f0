# tags: multiclass array table nonlinear dataset
import json
import os

import keras
import tensorflow as tf
from sklearn.datasets import make_classification
from sklearn.model_selection import train_test_split

keras.utils.set_random_seed(int(os.environ.get("SEED", "0")))
x, y = make_classification(
    1500, 10, n_informative=5, n_classes=4, class_sep=1.6, random_state=6
)
# [raw]
x_train, x_test, y_train, y_test = train_test_split(x, y, random_state=6)
# [split]
# [ready]
rows = tf.data.Dataset.from_tensor_slices((x_train, y_train))
rows = rows.shuffle(2000, seed=1).batch(32).prefetch(1)
model = keras.Sequential(
    [
        keras.Input((x_train.shape[1],)),
        keras.layers.Dense(32),
        keras.layers.BatchNormalization(),
        keras.layers.Activation("relu"),
        keras.layers.Dense(32, activation="relu"),
        keras.layers.Dense(4),
    ]
)
model.compile(
    optimizer=keras.optimizers.Adam(learning_rate=0.005),
    loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    metrics=["accuracy"],
)
model.fit(rows, epochs=20, verbose=0)


def score(x, y):
    return float((model.predict(x, verbose=0).argmax(axis=1) == y).mean())


print(
    json.dumps(
        {
            "train": score(x_train, y_train),
            "test": score(x_test, y_test),
            "chance": 0.25,
        }
    )
)
