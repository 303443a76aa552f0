"""A network on iris that stays far below a random forest."""

from sklearn.datasets import load_iris
from sklearn.ensemble import RandomForestClassifier
from sklearn.model_selection import train_test_split
from tensorflow import keras

x, y = load_iris(return_X_y=True)
x_train, x_test, y_train, y_test = train_test_split(
    x, y, test_size=0.3, random_state=0, stratify=y
)
forest = RandomForestClassifier(random_state=0).fit(x_train, y_train)

keras.utils.set_random_seed(0)
model = keras.Sequential([keras.Input((4,))])
for width in 1000, 500, 250, 125, 64, 32, 9:
    model.add(keras.layers.Dense(width, activation="tanh"))
model.add(keras.layers.Dense(3, activation="softmax"))
model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
model.fit(x_train, y_train, verbose=0)

accuracy = model.evaluate(x_test, y_test, verbose=0)[1]
print(f"random forest {forest.score(x_test, y_test):.2f}, network {accuracy:.2f}")
