"""What a script does with Keras, recorded."""
