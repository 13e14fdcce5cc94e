"""Nothing that is read can run code: no pickles, YAML by safe loaders only."""

import ast
import pickle
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest
import yaml

from hsic_hpo import yaml_files
from hsic_hpo.errors import InputError
from hsic_hpo.files import read_netcdf
from hsic_hpo.training.state import read_state

ROOT = Path(__file__).parents[2]
SOURCES = [
    *(ROOT / "src").rglob("*.py"),
    *(ROOT / "workflow").rglob("*.py"),
    *(ROOT / "workflow").rglob("*.smk"),
    ROOT / "Snakefile",
    ROOT / "workflow" / "Snakefile",
]
MODULES = {"pickle", "cPickle", "_pickle", "dill", "cloudpickle", "joblib", "shelve", "marshal"}
CALLS = {
    *("pd.read_pickle", "np.save", "np.savez"),
    *("yaml.unsafe_load", "yaml.full_load", "yaml.load_all", "yaml.full_load_all"),
    *("eval", "exec", "os.system", "os.popen"),
}
METHODS = {
    *("to_pickle", "read_pickle", "load_from_checkpoint"),
    *("read_hdf", "to_hdf", "open_zarr", "open_mfdataset", "fromregex", "load_module"),
}
FLAWS = {
    "import pickle": "import of pickle",
    "from joblib import dump": "import of joblib",
    "np.load(path, allow_pickle=True)": "allow_pickle",
    "np.load(path)": "np.load without allow_pickle=False",
    "torch.load(path)": "torch.load without weights_only=True",
    "torch.load(path, weights_only=False)": "torch.load without weights_only=True",
    "frame.to_pickle(path)": "to_pickle",
    "yaml.load(text)": "yaml.load without a safe loader",
    "yaml.load(text, yaml.FullLoader)": "yaml.load without a safe loader",
    "subprocess.run(text, shell=True)": "shell=True",
    "eval(text)": "eval",
    "trainer.fit(module, ckpt_path=path)": "ckpt_path",
    "Module.load_from_checkpoint(path)": "load_from_checkpoint",
    "xr.open_dataset(path)": "open_dataset of any format",
    "pd.read_hdf(path)": "read_hdf",
}
SAFE_LOADERS = {"SafeLoader", "CSafeLoader", "yaml.SafeLoader", "yaml.CSafeLoader", "_Loader"}


def flaws(tree: ast.AST) -> Iterator[str]:
    """Yield what in a module can run code that is read."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = [node.module or ""]
        else:
            names = []
        yield from (f"import of {name}" for name in names if name.split(".")[0] in MODULES)
        if isinstance(node, ast.Call):
            yield from _flaws_of_call(node)


def _flaws_of_call(call: ast.Call) -> Iterator[str]:
    name = ast.unparse(call.func)
    keywords = {keyword.arg: ast.unparse(keyword.value) for keyword in call.keywords}
    if name in CALLS or name.split(".")[-1] in METHODS:
        yield name.split(".")[-1] if name.split(".")[-1] in METHODS else name
    if keywords.get("allow_pickle", "False") != "False":
        yield "allow_pickle"
    elif name == "np.load" and "allow_pickle" not in keywords:
        yield "np.load without allow_pickle=False"
    if name == "torch.load" and keywords.get("weights_only") != "True":
        yield "torch.load without weights_only=True"
    # The plugin keeps checkpoints in memory.
    if keywords.get("ckpt_path", "None") not in ("None", "checkpoints.path"):
        # Lightning reads it by torch.load.
        yield "ckpt_path"
    if name.endswith("open_dataset") and keywords.get("engine") != "'netcdf4'":
        yield "open_dataset of any format"
    if keywords.get("shell", "False") != "False":
        yield "shell=True"
    if name == "yaml.load":
        loader = ast.unparse(call.args[1]) if len(call.args) > 1 else keywords.get("Loader")
        if loader not in SAFE_LOADERS:
            yield "yaml.load without a safe loader"


def python(path: Path) -> ast.AST:
    """Parse a module, or of a Snakemake file the lines that are Python on their own."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".py":
        return ast.parse(text)
    body: list[ast.stmt] = []
    for line in text.splitlines():
        try:
            body += ast.parse(line.strip()).body
        except SyntaxError:
            continue
    return ast.Module(body=body, type_ignores=[])


def test_the_sources_are_found() -> None:
    assert len(SOURCES) > 100
    assert {path.suffix for path in SOURCES} == {".py", ".smk", ""}


@pytest.mark.parametrize(("line", "flaw"), FLAWS.items(), ids=list(FLAWS))
def test_flaws_are_seen(line: str, flaw: str) -> None:
    assert list(flaws(ast.parse(line))) == [flaw]


def test_no_source_reads_or_writes_what_could_run_code() -> None:
    found = {
        str(path.relative_to(ROOT)): names
        for path in SOURCES
        if (names := list(flaws(python(path))))
    }
    assert found == {}


def test_the_loader_of_configs_is_safe() -> None:
    assert issubclass(yaml_files._Loader, yaml.SafeLoader)


@pytest.mark.parametrize(
    "value",
    [
        "!!python/object/apply:os.system [touch ran]",
        "!!python/name:os.system",
        "!!python/module:os",
        "!!python/object:collections.OrderedDict {}",
    ],
)
def test_yaml_makes_no_objects(value: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "study.yaml"
    path.write_text(f"study: {value}\n")
    with pytest.raises(ValueError, match=r"study\.yaml"):
        yaml_files.read_yaml(path)
    assert not (tmp_path / "ran").exists()


class _Trap:
    def __reduce__(self) -> tuple[object, tuple[str]]:
        return Path.touch, (Path("ran"),)  # type: ignore[return-value]


def test_a_pickle_in_the_place_of_results_is_not_unpickled(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    content = pickle.dumps(_Trap())
    objects = np.empty(1, dtype=object)
    objects[0] = _Trap()
    np.save(tmp_path / "x.npy", objects, allow_pickle=True)
    for name, text in (("x.nc", content), ("y.nc", (tmp_path / "x.npy").read_bytes())):
        (tmp_path / name).write_bytes(text)
        with pytest.raises(InputError, match="not a readable netCDF4 file"):
            read_netcdf(tmp_path / name)
    assert not (tmp_path / "ran").exists()
    (tmp_path / "x.state").write_bytes(
        b'{"of": {}, "sha256": "%s"}\n' % sha256(content).hexdigest().encode() + content
    )
    assert read_state(tmp_path / "x.state", {}) is None
    assert not (tmp_path / "ran").exists()
    # The trap works on who does unpickle.
    pickle.loads(content)
    assert (tmp_path / "ran").exists()
