"""The indices on plain arrays: kernels, HSIC, tests and intervals."""
