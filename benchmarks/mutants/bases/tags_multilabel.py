# tags: multilabel array table
import json
import os

import keras
import numpy as np
from sklearn.datasets import make_multilabel_classification
from sklearn.metrics import balanced_accuracy_score
from sklearn.model_selection import train_test_split

keras.utils.set_random_seed(int(os.environ.get("SEED", "0")))
x, y = make_multilabel_classification(
    1200, 12, n_classes=4, n_labels=2, allow_unlabeled=True, random_state=12
)
# [raw]
x_train, x_test, y_train, y_test = train_test_split(x, y, random_state=12)
# [split]
x_train, x_test = x_train / 10, x_test / 10
# [ready]
model = keras.Sequential(
    [
        keras.Input((x_train.shape[1],)),
        keras.layers.Dense(32, activation="relu"),
        keras.layers.Dense(4, activation="sigmoid"),
    ]
)
model.compile(keras.optimizers.Adam(0.01), "binary_crossentropy")
model.fit(x_train, y_train, epochs=30, batch_size=32, verbose=0)


def score(x, y):
    guess = model.predict(x, verbose=0) > 0.5
    return float(
        np.mean([balanced_accuracy_score(y[:, i], guess[:, i]) for i in range(4)])
    )


print(
    json.dumps(
        {"train": score(x_train, y_train), "test": score(x_test, y_test), "chance": 0.5}
    )
)
