"""One hidden layer of tanh units for digits."""
