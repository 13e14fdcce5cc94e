"""Put what all methods found, retrained and tested, side by side."""

from hsic_hpo.files import read_netcdf, write_netcdf
from hsic_hpo.search.comparison import compare_methods
from hsic_hpo.study.logs import job_log
from hsic_hpo.study.submitted import as_submitted
from hsic_hpo.trials import dataset as trials_data


def main(*, methods: dict[str, str], designs: list[str], finals: list[str], output: str) -> None:
    compared = compare_methods(
        dict(zip(methods, map(read_netcdf, designs), strict=True)),
        dict(zip(methods, map(trials_data.read_trials, finals), strict=True)),
        methods,
    )
    write_netcdf(compared, output)


if __name__ == "__main__":
    with job_log(snakemake.log[0]), as_submitted(snakemake.params):
        main(
            methods=snakemake.params.methods,
            designs=snakemake.input.designs,
            finals=snakemake.input.finals,
            output=snakemake.output[0],
        )
