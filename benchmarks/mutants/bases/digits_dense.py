# tags: multiclass array table
import json
import os

import keras
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

keras.utils.set_random_seed(int(os.environ.get("SEED", "0")))
x, y = load_digits(return_X_y=True)
x = x.astype("float32")
# [raw]
x_train, x_test, y_train, y_test = train_test_split(x, y, random_state=0)
# [split]
x_train, x_test = x_train / 16, x_test / 16  # scale
# [ready]
model = keras.Sequential(
    [
        keras.Input(x_train.shape[1:]),
        keras.layers.Dense(64, activation="relu"),
        keras.layers.Dense(32, activation="relu"),
        keras.layers.Dense(10, activation="softmax"),
    ]
)
model.compile(
    optimizer=keras.optimizers.Adam(learning_rate=0.003),
    loss="sparse_categorical_crossentropy",
    metrics=["accuracy"],
)
model.fit(x_train, y_train, epochs=20, batch_size=64, verbose=0)


def score(x, y):
    return float((model.predict(x, verbose=0).argmax(axis=1) == y).mean())


print(
    json.dumps(
        {"train": score(x_train, y_train), "test": score(x_test, y_test), "chance": 0.1}
    )
)
