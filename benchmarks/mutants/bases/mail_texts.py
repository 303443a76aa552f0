# tags: binary text
import json
import os

import keras
import numpy as np
import tensorflow as tf

keras.utils.set_random_seed(int(os.environ.get("SEED", "0")))
rng = np.random.default_rng(9)
common = [
    f"{a}{b}" for a in ("ka", "lo", "mi", "nu", "pe") for b in ("ra", "se", "ti", "vo")
]
tells = [
    ["prize", "winner", "claim", "urgent"],
    ["lunch", "meeting", "report", "thanks"],
]
y = rng.integers(0, 2, 900)
texts = []
for label in y:
    words = list(rng.choice(common, rng.integers(6, 14)))
    kind = label if rng.random() < 0.95 else 1 - label
    words.insert(rng.integers(0, 6), str(rng.choice(tells[kind])))
    texts.append(" ".join(words))
texts = np.array(texts)
reader = keras.layers.TextVectorization(max_tokens=200, output_sequence_length=16)
reader.adapt(texts[:600])
x = np.asarray(reader(tf.constant(texts)))
x_train, x_test, y_train, y_test = x[:600], x[600:], y[:600], y[600:]
# [labels]
model = keras.Sequential(
    [
        keras.layers.Embedding(200, 16),
        keras.layers.GlobalAveragePooling1D(),
        keras.layers.Dense(16, activation="relu"),
        keras.layers.Dense(1, activation="sigmoid"),
    ]
)
model.compile(
    loss="binary_crossentropy",
    optimizer=keras.optimizers.Adam(0.01),
    metrics=["accuracy"],
)
model.fit(x_train, y_train, epochs=15, batch_size=32, verbose=0)


def score(x, y):
    guess = model.predict(x, verbose=0)[:, 0] > 0.5
    return float(np.mean([(guess[y == k] == k).mean() for k in (0, 1)]))


print(
    json.dumps(
        {"train": score(x_train, y_train), "test": score(x_test, y_test), "chance": 0.5}
    )
)
