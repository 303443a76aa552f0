"""A folder with one folder of images for each class, read in blocks.

It may hold two such folders, ``train`` and ``test``.
"""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps

from .counts import count, count_of
from .errors import BadData, Misuse
from .stored import OnDiskRows

ENDINGS = (".png", ".jpg", ".jpeg", ".bmp", ".gif", ".webp")
FORMATS = ("PNG", "JPEG", "BMP", "DIB", "GIF", "WEBP")
"""What a file may hold, whatever its ending: Pillow starts Ghostscript on others."""
_BLOCK = 512
"""Images read at a time."""
MOST_BROKEN = 0.1
"""A larger share of images that cannot be read is no accident, and is refused."""
_TRAINING = ("train", "training")
_TEST = ("test", "testing")
_VALIDATION = ("validation", "valid", "val")
"""Test rows where there is no folder of those, else training rows."""
NAMED = 5
"""Files named at most in a note."""


@dataclass(frozen=True)
class _Look:
    """An image's width and height, and whether it has colours."""

    size: tuple[int, int]
    colour: bool

    @property
    def mode(self) -> str:
        return "RGB" if self.colour else "L"


def open_images(path: Path) -> OnDiskRows:
    """The images of a folder with one folder a class.

    Every image is decoded once, so that a broken one is left out now and not met in
    the middle of a training. All are brought to the commonest size, and to grey or to
    colours, whichever most of them are; what is transparent becomes white, 16 bits
    become 8, photographs are turned as their camera says (EXIF), and of an animation
    the first picture counts.

    Parameters
    ----------
    path : Path

    Returns
    -------
    OnDiskRows
        Its rows are uint8 of shape (n, height, width) or (n, height, width, 3), in the
        order of folders and file names; the notes tell what was left out or changed.

    Raises
    ------
    Misuse
        There is no folder with images, nor one in ``train``.
    BadData
        There is one class, or more than a tenth of the images cannot be read.
    """
    found, test, told = _find(path)
    looks = _inspect_images([file for file, _ in found])
    broken = [file for (file, _), look in zip(found, looks, strict=True) if not look]
    notes = _note_broken(path, broken, len(found))
    rows = [row for row, look in zip(found, looks, strict=True) if look]
    n_test = sum(bool(look) for look in looks[len(found) - test :])
    _check_classes(path, [label for _, label in rows])
    seen = [look for look in looks if look]
    form = _commonest(seen)
    starts = np.minimum(np.arange(0, len(rows) + _BLOCK, _BLOCK), len(rows))

    def read(block: int) -> np.ndarray:
        some = rows[starts[block] : starts[block + 1]]
        with warnings.catch_warnings():
            # of odd colour tables or camera data; the pixels are read all the same
            warnings.simplefilter("ignore")
            return np.stack([_pixels(file, form) for file, _ in some])

    return OnDiskRows(
        starts,
        read,
        np.array([label for _, label in rows]),
        int(np.prod(form.size)) * (3 if form.colour else 1),
        "class",
        (*told, *notes, *_changed(seen, form)),
        n_test,
    )


def read_images(path: Path, shape: tuple[int, ...]) -> np.ndarray:
    """Read an image, or all below a folder, in the form of a network's rows.

    Parameters
    ----------
    path : Path
        Of a folder the images are sorted by their paths.
    shape : tuple of int
        (height, width) or (height, width, 3); images of another size are resized.

    Returns
    -------
    array of shape (n_images, height, width) or (n_images, height, width, n_channels)

    Raises
    ------
    Misuse
        There is no image, or the network takes no images.
    BadData
        One cannot be read.
    """
    if len(shape) not in (2, 3) or shape[2:] not in ((), (1,), (3,)):
        msg = f"{path.name} is an image, and the network takes rows of shape {shape}"
        raise Misuse(f"{msg}; give a table or an NPZ file")
    files = [path]
    if path.is_dir():
        below = sorted(path.rglob("*"))
        files = [f for f in below if f.suffix.lower() in ENDINGS and f.is_file()]
    if not files:
        raise Misuse(f"no image is in {path} ({', '.join(ENDINGS)})")
    broken = [
        f for f, look in zip(files, _inspect_images(files), strict=True) if not look
    ]
    if broken:
        raise BadData(f"{broken[0]} cannot be read as an image; repair or remove it")
    height, width = shape[:2]
    form = _Look((width, height), shape[2:] == (3,))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # as in `open_images`
        return np.stack([_pixels(file, form) for file in files]).reshape(-1, *shape)


def _find(path: Path) -> tuple[list[tuple[Path, str]], int, list[str]]:
    """File and class of every image, the number of test rows at the end, and notes."""
    found = _images_in(path)
    if {label.lower() for _, label in found} - {*_TEST, *_VALIDATION}:
        return found, 0, []
    parts = {folder.name.lower(): _images_in(folder) for folder in _folders(path)}
    training, test, validation = (
        [image for name in names for image in parts.get(name, [])]
        for names in (_TRAINING, _TEST, _VALIDATION)
    )
    if not training and found:
        return found, 0, []
    if not training:
        msg = f"{str(path)!r} holds neither x.npy and y.npy nor folders of images"
        raise Misuse(f"{msg}; images lie in one folder a class ({', '.join(ENDINGS)})")
    notes = []
    if validation and test:
        images = count(
            len(validation),
            "image of validation is a training row",
            "images of validation are training rows",
        )
        notes.append(f"the {images}")
        training = training + validation
    test = test or validation
    if test:
        images = count(
            len(test),
            "image is the official test row",
            "images are the official test rows",
        )
        notes.append(f"the last {images}")
    used = {*_TRAINING, *_TEST, *_VALIDATION}
    odd = [folder.name for folder in _folders(path) if not parts[folder.name.lower()]]
    odd += [name for name, images in parts.items() if images and name not in used]
    if odd:
        notes.append(f"without folders of classes, and not read: {', '.join(odd)}")
    return training + test, len(test), notes


def _folders(path: Path) -> list[Path]:
    return sorted(
        folder
        for folder in path.iterdir()
        if folder.is_dir() and not folder.name.startswith(".")
    )


def _images_in(path: Path) -> list[tuple[Path, str]]:
    """File and class of every image, sorted; files of the system's own are none."""
    return sorted(
        (file, folder.name)
        for folder in _folders(path)
        for file in folder.iterdir()
        if file.suffix.lower() in ENDINGS
        and not file.name.startswith(".")
        and file.is_file()  # a pipe would be waited for
    )


def _inspect_images(files: Sequence[Path]) -> list[_Look | None]:
    """Describe each image; None where it cannot be decoded to its end."""
    with warnings.catch_warnings(), ThreadPoolExecutor() as pool:
        warnings.simplefilter("ignore")  # as above
        return list(pool.map(_inspect, files))


def _inspect(file: Path) -> _Look | None:
    try:
        with Image.open(file, formats=FORMATS) as picture:
            picture.load()
            grey = picture.mode in ("1", "L", "LA", "La") or _is_deep(picture)
            return _Look(ImageOps.exif_transpose(picture).size, not grey)
    except Exception:  # a damaged file makes Pillow's decoders raise nearly anything
        return None


def _is_deep(picture: Image.Image) -> bool:
    """Whether it is grey with 16 bits ("I;16", or "I" in older releases)."""
    return picture.mode.startswith("I")


def _note_broken(path: Path, broken: Sequence[Path], total: int) -> tuple[str, ...]:
    if not broken:
        return ()
    names = ", ".join(f"{file.parent.name}/{file.name}" for file in broken[:NAMED])
    names = f"{names}, ..." if len(broken) > NAMED else names
    message = f"{len(broken):,} of {count(total, 'image')}"
    if len(broken) > MOST_BROKEN * total:
        msg = f"{message} in {path.name} cannot be read: {names}"
        msg = f"{msg}; {MOST_BROKEN:.0%} may be broken. Mend or remove them."
        raise BadData(msg)
    are = "is" if len(broken) == 1 else "are"
    return (f"{message} cannot be read and {are} left out: {names}",)


def _check_classes(path: Path, labels: Sequence[str]) -> None:
    if len(set(labels)) > 1:
        return
    msg = f"{path.name} holds images of one class ({labels[0]!r})"
    raise BadData(f"{msg}; two are needed or more, in one folder a class")


def _commonest(looks: Sequence[_Look]) -> _Look:
    """Size and colours of most images.

    Of sizes that are equally common the one nearest to the median area is taken: where
    all images differ it is neither the smallest nor the largest.
    """
    counts = Counter(look.size for look in looks)
    middle = float(np.median([look.size[0] * look.size[1] for look in looks]))
    size = max(counts, key=lambda s: (counts[s], -abs(s[0] * s[1] - middle)))
    return _Look(size, 2 * sum(look.colour for look in looks) >= len(looks))


def _changed(looks: Sequence[_Look], form: _Look) -> list[str]:
    """Notes on the images that are not as most of them."""
    resized = sum(look.size != form.size for look in looks)
    recoloured = sum(look.colour != form.colour for look in looks)
    pixels = f"{form.size[0]} x {form.size[1]} pixels"
    kind = "colours" if form.colour else "grey"
    facts = {
        f"resized to {pixels}, the commonest size": resized,
        f"brought to {kind}, as most of them are": recoloured,
    }
    return [
        f"{count_of(changed, len(looks), 'image is', 'images are')} {what}"
        for what, changed in facts.items()
        if changed
    ]


def _pixels(file: Path, form: _Look) -> np.ndarray:
    """uint8 of shape (height, width) or (height, width, 3)."""
    try:
        with Image.open(file, formats=FORMATS) as picture:
            upright = ImageOps.exif_transpose(picture)
            there = _to_8_bit(upright).convert(form.mode)
    except OSError as error:  # Pillow's own errors are OSErrors
        msg = f"{file.parent.name}/{file.name} can no longer be read: {error}"
        raise BadData(f"{msg}; it could when the folder was opened. Start anew.") from (
            error
        )
    return np.asarray(there if there.size == form.size else there.resize(form.size))


def _to_8_bit(picture: Image.Image) -> Image.Image:
    """An image of 8 bits without transparent parts."""
    if _is_deep(picture):  # Pillow would cut off all above 255
        high = np.asarray(picture).clip(0, 65_535) // 256
        return Image.fromarray(high.astype("uint8"))
    if not picture.has_transparency_data:
        return picture
    ground = Image.new("RGBA", picture.size, "white")
    return Image.alpha_composite(ground, picture.convert("RGBA"))
