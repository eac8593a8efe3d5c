__all__ = ["Base", "FullyConnected", "ReLU", "SoftMax", "Sigmoid", "TanH", "Flatten", "Conv", "Pooling",
           "Dropout", "BatchNormalization", "RNN", "Initializers"]
