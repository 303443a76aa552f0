# tags: multiclass array table nonlinear loop
import json
import os

import keras
import tensorflow as tf
from sklearn.datasets import make_gaussian_quantiles
from sklearn.model_selection import train_test_split

keras.utils.set_random_seed(int(os.environ.get("SEED", "0")))
x, y = make_gaussian_quantiles(
    n_samples=1200, n_features=3, n_classes=3, random_state=4
)
x = x.astype("float32")
# [raw]
x_train, x_test, y_train, y_test = train_test_split(x, y, test_size=300, random_state=4)
# [split]
# [ready]
model = keras.Sequential(
    [
        keras.Input((x_train.shape[1],)),
        keras.layers.Dense(32, activation="relu"),
        keras.layers.Dense(32, activation="relu"),
        keras.layers.Dense(3, activation="softmax"),
    ]
)
optimizer = keras.optimizers.Adam(0.01)
loss_of = keras.losses.SparseCategoricalCrossentropy()
rows = tf.data.Dataset.from_tensor_slices((x_train, y_train)).shuffle(1000).batch(32)


@tf.function
def step(inputs, targets):
    with tf.GradientTape() as tape:
        loss = loss_of(targets, model(inputs, training=True))
    gradients = tape.gradient(loss, model.trainable_variables)
    optimizer.apply_gradients(zip(gradients, model.trainable_variables))
    return loss


for epoch in range(30):
    for inputs, targets in rows:
        loss = step(inputs, targets)


def score(x, y):
    return float((model.predict(x, verbose=0).argmax(axis=1) == y).mean())


print(
    json.dumps(
        {
            "train": score(x_train, y_train),
            "test": score(x_test, y_test),
            "chance": 0.333,
        }
    )
)
