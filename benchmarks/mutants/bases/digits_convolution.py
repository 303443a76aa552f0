# tags: multiclass array image
import json
import os

import keras
from keras import layers
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

keras.utils.set_random_seed(int(os.environ.get("SEED", "0")))
digits = load_digits()
x, y = digits.images[..., None].astype("float32"), digits.target
# [raw]
x_train, x_test, y_train, y_test = train_test_split(x, y, test_size=0.3, random_state=1)
# [split]
x_train, x_test = x_train / 16, x_test / 16  # scale
# [ready]
model = keras.Sequential()
model.add(keras.Input((8, 8, 1)))
model.add(layers.Conv2D(16, 3, activation="relu"))
model.add(layers.MaxPooling2D(2))
model.add(layers.Flatten())
model.add(layers.Dropout(0.1))
model.add(layers.Dense(32, activation="relu"))
model.add(layers.Dense(10, activation="softmax"))
model.compile(
    loss="categorical_crossentropy",
    optimizer=keras.optimizers.RMSprop(0.002),
    metrics=["accuracy"],
)
flags = keras.utils.to_categorical(y_train, 10)
model.fit(x_train, flags, batch_size=32, epochs=12, verbose=0)


def score(x, y):
    return float((model.predict(x, verbose=0).argmax(axis=1) == y).mean())


print(
    json.dumps(
        {"train": score(x_train, y_train), "test": score(x_test, y_test), "chance": 0.1}
    )
)
