# tags: binary array table nonlinear step
import json
import os

import keras
import numpy as np
import tensorflow as tf
from sklearn.datasets import make_moons
from sklearn.model_selection import train_test_split


class Plain(keras.Model):
    def train_step(self, data):
        inputs, targets = data
        with tf.GradientTape() as tape:
            outputs = self(inputs, training=True)
            loss = self.compute_loss(x=inputs, y=targets, y_pred=outputs)
        gradients = tape.gradient(loss, self.trainable_variables)
        self.optimizer.apply_gradients(zip(gradients, self.trainable_variables))
        return {"loss": loss}


keras.utils.set_random_seed(int(os.environ.get("SEED", "0")))
x, y = make_moons(900, noise=0.15, random_state=3)
# [raw]
x_train, x_test, y_train, y_test = train_test_split(x, y, test_size=300, random_state=3)
# [split]
# [ready]
start = keras.Input((x_train.shape[1],))
hidden = keras.layers.Dense(24, activation="relu")(start)
hidden = keras.layers.Dense(24, activation="relu")(hidden)
end = keras.layers.Dense(1, activation="sigmoid")(hidden)
model = Plain(start, end)
model.compile(optimizer=keras.optimizers.Adam(0.01), loss="binary_crossentropy")
model.fit(x_train, y_train, epochs=30, batch_size=32, verbose=0)


def score(x, y):
    guess = model.predict(x, verbose=0)[:, 0] > 0.5
    return float(np.mean([(guess[y == k] == k).mean() for k in (0, 1)]))


print(
    json.dumps(
        {"train": score(x_train, y_train), "test": score(x_test, y_test), "chance": 0.5}
    )
)
