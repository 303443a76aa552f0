"""The cards of all models, in the order they are shown."""

from ...data.dataset import TABLE_TASKS, Task
from .card import ModelCard

_RGB = "the question 'Neural network not learning: font colour from RGB' and its answer"
_MNIST = "the question 'MNIST network always predicts one class' and its answer"
_CONVNET = "the question of a convolutional network whose every layer takes the image"
_UNIT = "a mistake often asked about: softmax over one unit"
_XOR = "Rumelhart, Hinton, Williams 1986, Learning internal representations"
_CLASSES: tuple[Task, ...] = ("binary", "multiclass")
_TWO: tuple[Task, ...] = ("binary",)

CARDS: tuple[ModelCard, ...] = (
    ModelCard(
        name="rgb-softmax",
        title="Font colour from RGB, corrected: ReLU, cross-entropy, scaled inputs",
        entry="rgb_softmax",
        dataset="rgb",
        tasks=_CLASSES,
        parameters=217,
        twin="rgb-sigmoid",
        source=_RGB,
    ),
    ModelCard(
        name="rgb-sigmoid",
        title="Font colour from RGB as asked: sigmoids, broadcast squared error",
        entry="rgb_sigmoid",
        dataset="rgb",
        tasks=_TWO,
        parameters=211,
        twin="rgb-softmax",
        broken=True,
        defect="The loss compares every row's output with every row's target, so the "
        "mean target is the best answer to all rows. Raw inputs of 0 to 255 and "
        "weights from N(0, 1) drive sigmoids to where they are flat. Adadelta at a "
        "learning rate of 0.001 hardly moves a weight.",
        symptom="The loss goes to the variance of the targets: one answer to all rows.",
        source=_RGB,
    ),
    ModelCard(
        name="rgb-crossentropy",
        title="Font colour from RGB, half mended: raw inputs, Adadelta at 0.001",
        entry="rgb_crossentropy",
        dataset="rgb",
        tasks=_TWO,
        parameters=211,
        twin="rgb-softmax",
        broken=True,
        defect="Units and loss are mended, the optimizer is not: the first steps of "
        "Adadelta are about a thousandth of its learning rate, here 0.001, so that in "
        "5,000 of them the weights hardly move. Inputs of 0 to 255 stay as they were.",
        symptom="The loss stays near 0.69, that of a coin, and hardly falls.",
        source=_RGB,
    ),
    ModelCard(
        name="mnist-relu",
        title="Two hidden layers of 200 ReLU units",
        entry="mnist_relu",
        dataset="mnist",
        tasks=_CLASSES,
        parameters=199_210,
        twin="mnist-one-class",
        source=_MNIST,
    ),
    ModelCard(
        name="mnist-one-class",
        title="784-200-200-10 as asked: a wrong gradient, one row a step",
        entry="mnist_one_class",
        dataset="mnist",
        tasks=_CLASSES,
        parameters=199_210,
        twin="mnist-relu",
        broken=True,
        defect="Every row is answered with what the network says of the last training "
        "row. Behind that, the ReLU's gradient is cut where the incoming gradient is "
        "negative, not where the unit is off. Steps of a millionth leave weights drawn "
        "from N(0, 1) about where they began.",
        symptom="One class for all rows, and an accuracy of about a tenth.",
        source=_MNIST,
    ),
    ModelCard(
        name="mnist-tanh",
        title="One hidden layer of 128 tanh units",
        entry="mnist_tanh",
        dataset="mnist",
        tasks=_CLASSES,
        parameters=101_770,
        source=_MNIST,
    ),
    ModelCard(
        name="convnet",
        title="Six convolutions, each on what the one before it gives",
        entry="convnet",
        dataset="mnist",
        tasks=TABLE_TASKS,
        parameters=319_274,
        twin="convnet-overwritten",
        source=_CONVNET,
    ),
    ModelCard(
        name="convnet-overwritten",
        title="The same six convolutions as asked, each on the image",
        entry="convnet_overwritten",
        dataset="mnist",
        tasks=TABLE_TASKS,
        parameters=250_954,
        twin="convnet",
        broken=True,
        defect="Every layer takes the image, not what the layer before it gives, so "
        "each overwrites the one before. Only the last convolution, of 1 x 1 pixels, "
        "reaches the output: nothing sees how pixels stand to one another.",
        symptom="It learns, but stays behind a forest; eight layers reach no output.",
        source=_CONVNET,
    ),
    ModelCard(
        name="binary-sigmoid",
        title="One hidden layer of 4 tanh units and one sigmoid unit",
        entry="binary_sigmoid",
        dataset="breast-cancer",
        tasks=_TWO,
        parameters=129,
        twin="binary-softmax",
        source=_UNIT,
    ),
    ModelCard(
        name="binary-softmax",
        title="The same with softmax over its one unit, which is always 1",
        entry="binary_softmax",
        dataset="breast-cancer",
        tasks=_TWO,
        parameters=129,
        twin="binary-sigmoid",
        broken=True,
        defect="Softmax over one unit divides a number by itself: 1 for every row. "
        "Keras computes the cross-entropy from the number in front of the softmax, so "
        "that loss and gradient are those of a sigmoid and look healthy.",
        symptom="The loss falls as it should, and every row gets the second class.",
        source=_UNIT,
    ),
    ModelCard(
        name="xor",
        title="Exclusive or by four tanh units, tried with 20 seeds",
        entry="xor",
        dataset="xor",
        tasks=_TWO,
        parameters=17,
        twin="xor-two-units",
        source=_XOR,
    ),
    ModelCard(
        name="xor-two-units",
        title="Exclusive or by two tanh units: it depends on the seed",
        entry="xor_two_units",
        dataset="xor",
        tasks=_TWO,
        parameters=9,
        twin="xor",
        defect="Two units are just enough to tell exclusive or, with none to spare. "
        "From more than half of the seeds the weights grow along a plateau, where two "
        "rows of different classes get the same answer and the gradient is all but 0.",
        symptom="Some seeds reach an error of 0, the others stay near 1/8 or 1/6.",
        source=_XOR,
    ),
    ModelCard(
        name="one-hidden",
        title="One hidden layer of 32 ReLU units, for any table or image set",
        entry="one_hidden",
        dataset="digits",
        tasks=TABLE_TASKS,
        parameters=2_410,
    ),
    ModelCard(
        name="mlp",
        title="Two hidden layers of 64 ReLU units, for any table or image set",
        entry="mlp",
        dataset="digits",
        tasks=TABLE_TASKS,
        parameters=8_970,
    ),
    ModelCard(
        name="residual",
        title="Two dense blocks with skip connections, for any table or image set",
        entry="residual",
        dataset="digits",
        tasks=TABLE_TASKS,
        parameters=76_426,
        source="He, Zhang, Ren, Sun 2016; Ba, Kiros, Hinton 2016",
    ),
    ModelCard(
        name="mobilenet-v2",
        title="MobileNetV2 of a third of its width, for images",
        entry="mobilenet_v2",
        dataset="cifar10",
        tasks=TABLE_TASKS,
        parameters=423_018,
        loads_weights=True,
        source="Sandler, Howard, Zhu, Zhmoginov, Chen 2018",
    ),
    ModelCard(
        name="cnn-lstm",
        title="Features of each frame, then a recurrent layer over the frames",
        entry="cnn_lstm",
        dataset="moving-digits",
        tasks=TABLE_TASKS,
        parameters=39_604,
        parts=("cnn", "lstm"),
        source="Donahue and others 2015",
    ),
    ModelCard(
        name="text-embedding",
        title="The mean of word vectors, for classes of texts",
        entry="text_embedding",
        dataset="",
        tasks=_CLASSES,
        source="Joulin, Grave, Bojanowski, Mikolov 2016",
    ),
    ModelCard(
        name="lstm-series",
        title="A recurrent network that forecasts a series",
        entry="lstm_series",
        dataset="airline",
        tasks=("forecast",),
        parameters=6_412,
        source="Hochreiter, Schmidhuber 1997",
    ),
    ModelCard(
        name="lstm-characters",
        title="A recurrent network that foretells the next character of a text",
        entry="lstm_characters",
        dataset="shakespeare",
        tasks=("characters",),
        parameters=331_230,
        source="Hochreiter, Schmidhuber 1997; Karpathy 2015, char-rnn",
    ),
)
