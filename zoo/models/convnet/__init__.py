"""A convolutional network for images of any size."""
