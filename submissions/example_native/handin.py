"""Names the classes of this hand-in."""

from convolution import Conv, Pooling
from framework.hookspecs import hookimpl
from initializers import Constant, He, UniformRandom, Xavier
from layers import Dropout, Flatten, FullyConnected, ReLU, Sigmoid, SoftMax, TanH
from losses import CrossEntropyLoss, L2Loss
from network import NeuralNetwork, build
from normalization import BatchNormalization
from optimizers import Adam, Sgd, SgdWithMomentum
from recurrent import RNN
from regularizers import L1_Regularizer, L2_Regularizer


@hookimpl
def backcheck_layers():
    return {
        "FullyConnected": FullyConnected,
        "ReLU": ReLU,
        "Sigmoid": Sigmoid,
        "TanH": TanH,
        "SoftMax": SoftMax,
        "Flatten": Flatten,
        "Conv": Conv,
        "Pooling": Pooling,
        "Dropout": Dropout,
        "BatchNormalization": BatchNormalization,
        "RNN": RNN,
    }


@hookimpl
def backcheck_losses():
    return {"CrossEntropyLoss": CrossEntropyLoss, "L2Loss": L2Loss}


@hookimpl
def backcheck_optimizers():
    return {"Sgd": Sgd, "SgdWithMomentum": SgdWithMomentum, "Adam": Adam}


@hookimpl
def backcheck_initializers():
    return {"Constant": Constant, "UniformRandom": UniformRandom, "Xavier": Xavier, "He": He}


@hookimpl
def backcheck_regularizers():
    return {"L1_Regularizer": L1_Regularizer, "L2_Regularizer": L2_Regularizer}


@hookimpl
def backcheck_network():
    return {"NeuralNetwork": NeuralNetwork, "LeNet": build}
