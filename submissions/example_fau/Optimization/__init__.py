__all__ = ["Loss", "Optimizers", "Constraints"]
