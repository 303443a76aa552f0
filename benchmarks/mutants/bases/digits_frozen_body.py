# tags: multiclass frozen
import json
import os

import keras
from sklearn.datasets import load_digits

keras.utils.set_random_seed(int(os.environ.get("SEED", "0")))
images, digit = load_digits(return_X_y=True)
images = (images.reshape(-1, 8, 8, 1) / 16).astype("float32")
early, late = digit < 5, digit >= 5
body = keras.Sequential(
    [
        keras.Input((8, 8, 1)),
        keras.layers.Conv2D(16, 3, activation="relu"),
        keras.layers.Conv2D(16, 3, activation="relu"),
        keras.layers.Flatten(),
    ]
)
first = keras.Sequential([body, keras.layers.Dense(5, activation="softmax")])
first.compile("adam", "sparse_categorical_crossentropy")
first.fit(images[early], digit[early], epochs=6, verbose=0)
body.trainable = False
x, y = images[late], digit[late] - 5
x_train, x_test, y_train, y_test = x[:600], x[600:], y[:600], y[600:]
# [labels]
start = keras.Input((8, 8, 1))
model = keras.Model(
    start, keras.layers.Dense(5, activation="softmax")(body(start, training=False))
)
model.compile(
    optimizer=keras.optimizers.Adam(0.005), loss="sparse_categorical_crossentropy"
)
model.fit(x_train, y_train, epochs=15, batch_size=32, verbose=0)


def score(x, y):
    return float((model.predict(x, verbose=0).argmax(axis=1) == y).mean())


print(
    json.dumps(
        {"train": score(x_train, y_train), "test": score(x_test, y_test), "chance": 0.2}
    )
)
