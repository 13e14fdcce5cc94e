# The networks of what the methods chose, for use.
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
