"""What the cost of a training is counted by."""

# Forward passes that cost as much as one training pass: the backward pass computes two matrix
# products for each one of the forward pass.
TRAINING_FACTOR = 3
