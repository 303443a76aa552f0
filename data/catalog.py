"""The catalog of datasets: plain data, so that listing imports nothing heavy."""

from fnmatch import fnmatchcase

from .dataset import Card
from .errors import unknown

_UCI = "UCI Machine Learning Repository, as shipped with scikit-learn"

DATASETS: dict[str, Card] = {
    card.name: card
    for card in (
        Card(
            name="rgb",
            title="Black or white letters on a coloured ground (seeded generator)",
            task="binary",
            target="font, black where the mean colour exceeds 127.5",
            source="the question 'Neural network not learning: font colour from RGB'",
            licence="generated here, no licence needed",
            entry="generate:make_rgb",
            rows=10_000,
            columns=3,
            feature_range=(0, 255),
            examples=((1, 1, 1), (255, 255, 255)),
        ),
        Card(
            name="noise",
            title="Labels drawn without regard to the features: nothing to learn",
            task="binary",
            target="label, a fair coin",
            source="seeded generator",
            licence="generated here, no licence needed",
            entry="generate:make_noise",
            rows=1_000,
            columns=10,
        ),
        Card(
            name="xor",
            title="Exclusive or: its four rows 50 times each, so that folds hold all",
            task="binary",
            target="a xor b",
            source="truth table, order of the rows from a seeded generator",
            licence="generated here, no licence needed",
            entry="generate:make_xor",
            rows=200,
            columns=2,
            feature_range=(0, 1),
            examples=((0, 0), (0, 1), (1, 0), (1, 1)),
        ),
        Card(
            name="moving-digits",
            title="Digits that move over 8 frames of 16 x 16 pixels, 0 to 255",
            task="multiclass",
            target="direction, which no single frame tells",
            source=f"seeded generator; digits of Alpaydin, Kaynak 1998, {_UCI}",
            licence="CC BY 4.0",
            entry="generate:make_moving_digits",
            rows=2_000,
            columns=2_048,
            feature_range=(0, 255),
        ),
        Card(
            name="iris",
            title="Iris flowers by four lengths in centimetres",
            task="multiclass",
            target="species",
            source=f"Fisher 1936; {_UCI}",
            licence="CC BY 4.0",
            entry="bundled:iris",
            rows=150,
            columns=4,
        ),
        Card(
            name="wine",
            title="Wines of three cultivars by chemical analysis",
            task="multiclass",
            target="cultivar",
            source=f"Forina 1991; {_UCI}",
            licence="CC BY 4.0",
            entry="bundled:wine",
            rows=178,
            columns=13,
        ),
        Card(
            name="breast-cancer",
            title="Breast tumours by measurements of cell nuclei (Wisconsin)",
            task="binary",
            target="malignant or benign",
            source=f"Wolberg, Street, Mangasarian 1995; {_UCI}",
            licence="CC BY 4.0",
            entry="bundled:breast_cancer",
            rows=569,
            columns=30,
        ),
        Card(
            name="digits",
            title="Handwritten digits, images of 8 x 8 pixels, 0 to 16",
            task="multiclass",
            target="digit",
            source=f"Alpaydin, Kaynak 1998; {_UCI}",
            licence="CC BY 4.0",
            entry="bundled:digits",
            rows=1_797,
            columns=64,
            feature_range=(0, 16),
        ),
        Card(
            name="diabetes",
            title="Diabetes patients by age, sex, body mass, blood pressure, six sera",
            task="regression",
            target="progression of the disease after one year (a score, 25 to 346)",
            source="Efron, Hastie, Johnstone, Tibshirani 2004, as in scikit-learn",
            licence="public",
            entry="bundled:diabetes",
            rows=442,
            columns=10,
        ),
        Card(
            name="mnist",
            title="Handwritten digits, images of 28 x 28 pixels, 0 to 255",
            task="multiclass",
            target="digit",
            source="LeCun, Cortes, Burges 1998",
            licence="CC BY-SA 3.0",
            entry="fetch:mnist.npz",
            rows=70_000,
            columns=784,
            feature_range=(0, 255),
        ),
        Card(
            name="fashion-mnist",
            title="Pieces of clothing, images of 28 x 28 pixels, 0 to 255",
            task="multiclass",
            target="kind of clothing",
            source="Xiao, Rasul, Vollgraf 2017, arXiv 1708.07747",
            licence="MIT",
            entry="fetch:fashion_mnist.npz",
            rows=70_000,
            columns=784,
            feature_range=(0, 255),
        ),
        Card(
            name="cifar10",
            title="Small colour photographs, images of 32 x 32 x 3 pixels, 0 to 255",
            task="multiclass",
            target="object",
            source="Krizhevsky 2009, Learning Multiple Layers of Features",
            licence="none stated; cite the technical report",
            entry="fetch:cifar10.npz",
            rows=60_000,
            columns=3_072,
            feature_range=(0, 255),
        ),
        Card(
            name="airline",
            title="Passengers of international airlines by month, 1949 to 1960",
            task="forecast",
            target="passengers in a month, in thousands",
            source="Box, Jenkins 1976, Time Series Analysis, series G",
            licence="none stated; published in the book",
            entry="tiny:airline_passengers.csv",
            rows=144,
            columns=1,
        ),
        Card(
            name="shakespeare",
            title="Plays of Shakespeare, a character and the 64 before it",
            task="characters",
            target="the next character",
            source="William Shakespeare; start of the text in char-rnn, Karpathy 2015",
            licence="public domain",
            entry="tiny:shakespeare.txt.gz",
            rows=199_930,
            columns=64,
        ),
    )
}


def list_datasets(pattern: str = "*") -> list[str]:
    """Names of the catalog that match a shell pattern such as ``"*mnist"``."""
    return [name for name in DATASETS if fnmatchcase(name, pattern)]


def card_of(name: str) -> Card:
    """The card of a dataset in the catalog.

    Raises
    ------
    UnknownName
        With the nearest names.
    """
    if name not in DATASETS:
        see = "It is neither a file nor in the catalog; `zoo list` shows the catalog."
        what = "dataset"
        raise unknown(what, name, DATASETS, see=see)
    return DATASETS[name]
