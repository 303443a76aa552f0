"""Scripts of older Keras, TensorFlow, NumPy, pandas and scikit-learn, ported."""
