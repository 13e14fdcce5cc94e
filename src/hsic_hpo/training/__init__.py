"""From a configuration to a record of its training: the only home of PyTorch."""
