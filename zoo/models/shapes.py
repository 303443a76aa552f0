"""Shapes of rows for networks that need to know what is beside what."""

from ...data.errors import Misuse


def as_image(shape: tuple[int, ...], model: str) -> tuple[int, int, int]:
    """Height, width and channels of one row; an image of two axes has one channel.

    Raises
    ------
    Misuse
        A row is no image.
    """
    if len(shape) not in (2, 3):
        msg = f"{model} takes images, (height, width) or (height, width, channels)"
        raise Misuse(f"{msg}, but rows have shape {shape}; mlp takes any shape")
    height, width, channels = (*shape, 1)[:3]
    return height, width, channels


def as_film(shape: tuple[int, ...], model: str) -> tuple[int, int, int, int]:
    """Frames, height, width and channels of one row, which may leave channels out.

    Raises
    ------
    Misuse
        A row is no film.
    """
    if len(shape) not in (3, 4):
        msg = f"{model} takes videos, (frames, height, width) with or without channels"
        raise Misuse(f"{msg}, but rows have shape {shape}; mlp takes any shape")
    frames, height, width, channels = (*shape, 1)[:4]
    return frames, height, width, channels
