"""``hsic-hpo export``: write the network of a study's choice for other programs."""

import argparse

from hsic_hpo.errors import needs_extra


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to those of the program."""
    parser = commands.add_parser(
        "export",
        help="write the network that a search chose as ONNX or for torch.export",
        description="Write the network that a search chose, with the scaling of its inputs and "
        "outputs, for programs that need neither this package nor your code.",
    )
    parser.add_argument(
        "model", help="its file: results/<study>/final/<method>/<choice>/model.ckpt"
    )
    parser.add_argument("--onnx", metavar="FILE.onnx", help="for ONNX Runtime and the like")
    parser.add_argument("--torch", metavar="FILE.pt2", help="a program for torch.export.load")
    parser.add_argument(
        "--module-folder",
        metavar="FOLDER",
        help="where the module of a problem of your own lies, unless it can be imported from here",
    )
    parser.set_defaults(run=_export, usage=parser.error)


def _export(options: argparse.Namespace) -> None:
    if options.onnx is None and options.torch is None:
        options.usage("give --onnx FILE.onnx, --torch FILE.pt2, or both")
    # PyTorch takes seconds to load.
    with needs_extra("hsic-hpo export", "training"):
        from hsic_hpo.training.export import export_onnx, export_torch

    for write, output in ((export_onnx, options.onnx), (export_torch, options.torch)):
        if output is not None:
            write(options.model, output, options.module_folder)
            print(f"Wrote {output}")
