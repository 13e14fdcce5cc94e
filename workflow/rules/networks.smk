from types import SimpleNamespace

from hsic_hpo.problems.base import FunctionProblem

# A function from a configuration to its errors trains no network.
HAS_NETWORKS = not isinstance(STUDY.problem, FunctionProblem)
NETWORKS = all_finals("model.ckpt") if HAS_NETWORKS else []


def all_final_records(_):
    found = []
    for method, choice in ROWS.values():
        found += final_records(SimpleNamespace(method=method, choice=choice))
    return found


if NETWORKS:

    rule chosen_networks:
        input:
            all_final_records,
        output:
            NETWORKS,
        log:
            "logs/chosen_networks.log",
        localrule: True
        params:
            code=code("chosen_networks"),
        script:
            "../scripts/chosen_networks.py"
