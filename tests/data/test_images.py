"""A folder of images: what is read, what is left out and said, what is refused."""

import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from learnable.data import load
from learnable.data.errors import BadData, Misuse
from learnable.data.open_stored import open_stored
from learnable.data.stored import OnDiskRows
from PIL import Image

Maker = Callable[..., Path]
WIDTH, HEIGHT = 6, 5


@pytest.fixture
def pets(tmp_path) -> Maker:
    """A folder of so many grey images in each of two classes."""

    def maker(count: int = 6) -> Path:
        rng = np.random.default_rng(0)
        for label in ("cats", "dogs"):
            (tmp_path / "pets" / label).mkdir(parents=True)
            for i in range(count):
                pixels = rng.integers(0, 256, (HEIGHT, WIDTH), dtype="uint8")
                image = Image.fromarray(pixels)
                image.save(tmp_path / "pets" / label / f"{i:03}.png")
        return tmp_path / "pets"

    return maker


def opened(path: Path) -> OnDiskRows:
    return open_stored(path, None)


def pixels(path: Path) -> np.ndarray:
    rows = opened(path)
    return rows.take(np.arange(rows.rows))


def only(path: Path, picture: Image.Image, name: str, **options: object) -> np.ndarray:
    """What is read of a picture among others of its size, which are grey."""
    folder = path / "zebras"
    folder.mkdir()
    picture.save(folder / name, **options)
    return pixels(path)[-1]


def cut_off(path: Path) -> bytes:
    whole = path.read_bytes()
    return whole[: len(whole) * 2 // 3]


def test_images_are_loaded_by_class(pets):
    dataset = load(pets())
    assert dataset.x.shape == (12, HEIGHT, WIDTH)
    assert dataset.x.dtype == np.uint8
    assert dataset.classes == ("cats", "dogs")
    assert dataset.y.tolist() == [0] * 6 + [1] * 6


def test_pixels_are_those_of_the_files_in_order(pets):
    path = pets()
    files = sorted(path.glob("*/*.png"))
    expected = np.stack([np.asarray(Image.open(file)) for file in files])
    np.testing.assert_array_equal(pixels(path), expected)


def test_size_of_a_row_is_that_of_its_pixels(pets):
    assert opened(pets()).row_bytes == HEIGHT * WIDTH


def test_good_folder_has_no_notes(pets):
    assert opened(pets()).notes == ()


def test_files_of_other_kinds_are_no_images(pets):
    path = pets()
    (path / "cats" / "Thumbs.db").write_bytes(b"x")
    (path / "cats" / "._000.png").write_bytes(b"what a Mac leaves behind")
    (path / "readme.txt").write_text("x")
    (path / ".cache").mkdir()
    assert opened(path).rows == 12
    assert opened(path).notes == ()


@pytest.mark.parametrize("broken", [b"", b"not an image", "cut off"])
def test_broken_image_is_left_out_and_named(pets, broken):
    path = pets(10)
    bad = path / "dogs" / "003.png"
    bad.write_bytes(cut_off(bad) if broken == "cut off" else broken)
    rows = opened(path)
    told = "1 of 20 images cannot be read and is left out: dogs/003.png"
    assert rows.notes == (told,)
    assert rows.rows == 19
    assert rows.answers.tolist() == ["cats"] * 10 + ["dogs"] * 9
    assert len(pixels(path)) == 19


@pytest.mark.parametrize("ending", ["jpg", "gif", "webp", "bmp"])
def test_every_format_is_read_and_seen_to_be_cut_off(pets, ending):
    path = pets(10)
    noise = np.random.default_rng(1).integers(0, 256, (60, 60, 3), dtype="uint8")
    Image.fromarray(noise).save(path / "dogs" / f"whole.{ending}")
    assert opened(path).rows == 21
    whole = path / "dogs" / f"whole.{ending}"
    (path / "dogs" / f"cut.{ending}").write_bytes(cut_off(whole))
    rows = opened(path)
    assert rows.rows == 21
    assert f"dogs/cut.{ending}" in rows.notes[0]


def test_damaged_byte_in_a_png_is_seen(pets):
    path = pets(10)
    bad = path / "cats" / "001.png"
    content = bytearray(bad.read_bytes())
    content[content.index(b"IDAT") + 8] ^= 0xFF
    bad.write_bytes(content)
    assert "cats/001.png" in opened(path).notes[0]


def test_no_more_than_five_names_are_told(pets):
    path = pets(50)
    for i in range(7):
        (path / "cats" / f"{i:03}.png").write_bytes(b"")
    note = opened(path).notes[0]
    assert note.startswith("7 of 100 images cannot be read and are left out: ")
    assert note.count("cats/") == 5
    assert note.endswith("...")


def test_many_broken_images_are_refused(pets, refused):
    path = pets(10)
    for i in range(3):
        (path / "cats" / f"{i:03}.png").write_bytes(b"")
    text = refused(BadData, load, path)
    assert "3 of 20 images in pets cannot be read: cats/000.png" in text
    for i in range(2):  # one of 18 is broken then
        (path / "cats" / f"{i:03}.png").unlink()
    assert len(load(path)) == 17


def test_nothing_but_broken_images_is_refused(pets, refused):
    path = pets(2)
    for file in path.glob("*/*.png"):
        file.write_bytes(b"")
    assert "4 of 4 images" in refused(BadData, load, path)


def test_one_class_is_refused(pets, refused):
    path = pets()
    for file in (path / "dogs").iterdir():
        file.unlink()
    assert "one class ('cats'); two are needed" in refused(BadData, load, path)


def test_class_that_is_broken_throughout_does_not_count(pets, refused):
    path = pets(20)
    for file in sorted((path / "dogs").iterdir())[1:]:
        file.unlink()
    (path / "dogs" / "000.png").write_bytes(b"")
    assert "one class ('cats')" in refused(BadData, load, path)


def test_folder_without_images_is_refused(tmp_path, refused):
    (tmp_path / "cats").mkdir()
    assert "nor folders of images" in refused(Misuse, load, tmp_path)


def test_other_sizes_are_brought_to_the_commonest(pets):
    path = pets()
    for name in ("000", "zzz"):
        Image.new("L", (40, 40), 128).save(path / "cats" / f"{name}.png")
    rows = opened(path)
    assert rows.read(0).shape == (13, HEIGHT, WIDTH)
    assert (rows.read(0)[0] == 128).all()
    assert rows.notes == (
        f"2 of 13 images are resized to {WIDTH} x {HEIGHT} pixels, the commonest size",
    )


def test_where_all_sizes_differ_a_middle_one_is_taken(tmp_path):
    for label, sides in {"a": (5, 100, 30), "b": (31, 3, 32)}.items():
        (tmp_path / label).mkdir()
        for side in sides:
            Image.new("L", (side, side)).save(tmp_path / label / f"{side}.png")
    assert pixels(tmp_path).shape[1] in (30, 31)


def test_colours_follow_most_images(pets):
    path = pets()
    Image.new("RGB", (WIDTH, HEIGHT), "red").save(path / "dogs" / "x.png")
    rows = opened(path)
    assert rows.read(0).shape == (13, HEIGHT, WIDTH)
    assert rows.notes == ("1 of 13 images is brought to grey, as most of them are",)
    for file in path.glob("*/0*.png"):
        Image.open(file).convert("RGB").save(file)
    grey = Image.new("L", (WIDTH, HEIGHT), 7)
    grey.save(path / "dogs" / "y.png")
    assert pixels(path).shape == (14, HEIGHT, WIDTH, 3)
    assert (pixels(path)[-1] == 7).all()


def test_sixteen_bits_keep_their_shades(pets):
    deep = np.linspace(0, 65_535, HEIGHT * WIDTH).reshape(HEIGHT, WIDTH)
    found = only(pets(), Image.fromarray(deep.astype("uint16")), "x.png")
    np.testing.assert_array_equal(found, deep.astype("uint16") // 256)


@pytest.mark.parametrize("name", ["x.png", "x.webp"])
def test_what_is_transparent_is_white(pets, name):
    clear = np.zeros((HEIGHT, WIDTH, 4), dtype="uint8")
    clear[0, 0, 3] = 255  # one black point on nothing
    found = only(pets(), Image.fromarray(clear), name, lossless=True)
    assert found[0, 0] == 0
    assert (found.ravel()[1:] == 255).all()


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
def test_every_kind_of_png_is_read(pets, mode):
    picture = Image.new("L", (WIDTH, HEIGHT), 255).convert(
        mode if mode != "I;16" else "L"
    )
    if mode == "I;16":
        picture = Image.fromarray(np.full((HEIGHT, WIDTH), 65_535, "uint16"))
    assert (only(pets(), picture, "x.png") == 255).all()


def test_palette_with_a_transparent_colour(pets):
    picture = Image.new("P", (WIDTH, HEIGHT), 1)
    picture.putpalette([0, 0, 0, 200, 200, 200])
    picture.putpixel((0, 0), 0)
    found = only(pets(), picture, "x.png", transparency=bytes([0, 255]))
    assert found[0, 0] == 255
    assert (found.ravel()[1:] == 200).all()


def test_printers_colours_are_read(pets):
    picture = Image.new("CMYK", (WIDTH, HEIGHT), (0, 0, 0, 0))
    assert (only(pets(), picture, "x.jpg") > 250).all()


def test_photographs_are_turned_as_their_camera_says(tmp_path):
    upright = np.arange(48, dtype="uint8").reshape(8, 6) * 5
    for label, turned in {"cat": 6, "dog": 1}.items():
        exif = Image.Exif()
        exif[0x0112] = turned  # 6: the top row is the right-hand column
        lying = np.rot90(upright) if turned == 6 else upright
        (tmp_path / label).mkdir()
        Image.fromarray(lying).save(tmp_path / label / "a.png", exif=exif)
    for row in pixels(tmp_path):
        np.testing.assert_array_equal(row, upright)


def test_first_picture_of_an_animation_counts(pets):
    frames = [Image.new("L", (WIDTH, HEIGHT), shade) for shade in (10, 200)]
    found = only(pets(), frames[0], "x.gif", save_all=True, append_images=frames[1:])
    assert (found == 10).all()


def test_image_that_goes_later_is_one_line(pets, refused):
    path = pets()
    rows = opened(path)
    (path / "cats" / "002.png").unlink()
    assert "cats/002.png can no longer be read" in refused(BadData, rows.read, 0)


def test_blocks_together_are_all_rows(pets, monkeypatch):
    monkeypatch.setattr("learnable.data.images._BLOCK", 5)
    path = pets()
    rows = opened(path)
    assert rows.starts.tolist() == [0, 5, 10, 12]
    np.testing.assert_array_equal(
        np.concatenate([rows.read(i) for i in range(3)]), pixels(path)
    )


def test_thousands_of_small_images_open_quickly(pets):
    path = pets(1_000)
    start = time.perf_counter()
    assert opened(path).rows == 2_000
    assert time.perf_counter() - start < 5


def split_folder(root: Path, **parts: int) -> Path:
    """Folders of so many images in each of two classes."""
    rng = np.random.default_rng(0)
    for part, count in parts.items():
        for label in ("cats", "dogs"):
            (root / part / label).mkdir(parents=True)
            for i in range(count):
                pixels = rng.integers(0, 256, (HEIGHT, WIDTH), dtype="uint8")
                Image.fromarray(pixels).save(root / part / label / f"{i:03}.png")
    return root


def test_test_folder_is_official(tmp_path):
    dataset = load(split_folder(tmp_path / "pets", test=3, train=6))
    assert (len(dataset), dataset.n_test) == (18, 6)
    assert dataset.y.tolist() == [0] * 6 + [1] * 6 + [0] * 3 + [1] * 3
    assert any("last 6 images" in note for note in dataset.notes)


def test_validation_folder_tests_where_no_other_does(tmp_path):
    alone = load(split_folder(tmp_path / "a", train=6, val=3))
    assert (len(alone), alone.n_test) == (18, 6)
    three = load(split_folder(tmp_path / "b", train=6, valid=2, test=3))
    assert (len(three), three.n_test) == (22, 6)
    assert any("validation are training rows" in note for note in three.notes)


def test_test_images_without_classes_are_not_read(tmp_path):
    path = split_folder(tmp_path / "pets", train=6)
    (path / "test").mkdir()
    (path / "train" / "cats" / "000.png").rename(path / "test" / "1.png")
    dataset = load(path)
    assert dataset.n_test == 0
    assert any("not read: test" in note for note in dataset.notes)


def test_classes_may_be_named_train_and_test(tmp_path, pets):
    path = pets()
    (path / "cats").rename(path / "train")
    (path / "dogs").rename(path / "test")
    assert load(path).classes == ("test", "train")


def test_broken_test_images_are_no_test_rows(tmp_path):
    path = split_folder(tmp_path / "pets", train=12, test=6)
    (path / "test" / "dogs" / "000.png").write_bytes(b"x")
    dataset = load(path)
    assert (len(dataset), dataset.n_test) == (35, 11)


def test_classes_of_test_rows_alone_are_refused(tmp_path, refused):
    path = split_folder(tmp_path / "pets", train=6, test=3)
    (path / "test" / "dogs").rename(path / "test" / "owls")
    assert "'owls'" in refused(BadData, load, path)


def test_sample_of_a_split_keeps_test_rows_from_the_rest(tmp_path):
    path = split_folder(tmp_path / "pets", train=40, test=40)
    dataset = load(path, memory=WIDTH * HEIGHT * 80)
    assert dataset.stored is not None
    assert 0 < dataset.n_test < len(dataset) < 160
    assert dataset.stored.usable.max() < 80
    assert len(dataset.stored.usable) == 80
