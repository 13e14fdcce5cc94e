"""The commands of ``hsic-hpo``, a file each."""
