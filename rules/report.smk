# What people look at.


rule plot_example:
    input:
        data=ancient("results/dataset/data.npz"),
        about="results/dataset/dataset.json",
    output:
        report(
            "results/dataset/example.png",
            caption="../report/example.rst",
            category="Data",
            labels={"figure": "The first sample"},
        ),
    log:
        "results/logs/plot_example.log",
    conda:
        "../envs/environment.yaml"
    message:
        "Draw the first sample"
    script:
        "../scripts/plot_example.py"


rule plot_parameter_map:
    input:
        table="results/{search}/cv_results.csv",
        provenance="results/{search}/provenance.json",
        baselines="results/{search}/baselines.json",
    output:
        png=report(
            "results/{search}/plots/parameter_map.png",
            caption="../report/parameter_map.rst",
            category="Results",
            subcategory="{search}",
            labels={"figure": "Parameter map"},
        ),
        svg="results/{search}/plots/parameter_map.svg",
    log:
        "results/logs/plot_parameter_map/{search}.log",
    conda:
        "../envs/environment.yaml"
    params:
        space=run.space,
    message:
        "Draw the parameter map of search {wildcards.search}"
    script:
        "../scripts/plot_parameter_map.py"


rule tabulate_best:
    input:
        table="results/{search}/cv_results.csv",
        provenance="results/{search}/provenance.json",
    output:
        report(
            "results/{search}/plots/best_candidates.html",
            caption="../report/best_candidates.rst",
            category="Results",
            subcategory="{search}",
            labels={"figure": "The ten best (table)"},
        ),
    log:
        "results/logs/tabulate_best/{search}.log",
    conda:
        "../envs/environment.yaml"
    message:
        "Tabulate the best candidates of search {wildcards.search}"
    script:
        "../scripts/tabulate_best.py"


# Only where a config has several searches. One without a best candidate is left out.
rule rank_searches:
    input:
        tables=expand("results/{search}/cv_results.csv", search=run.searches),
        provenances=expand("results/{search}/provenance.json", search=run.searches),
        baselines=expand("results/{search}/baselines.json", search=run.searches),
    output:
        report(
            "results/leaderboard.csv",
            caption="../report/leaderboard.rst",
            category="Results",
            labels={"figure": "The searches beside each other (table)"},
        ),
        report(
            "results/leaderboard.png",
            caption="../report/leaderboard.rst",
            category="Results",
            labels={"figure": "The searches beside each other"},
        ),
    log:
        "results/logs/rank_searches.log",
    conda:
        "../envs/environment.yaml"
    params:
        searches=list(run.searches),
    message:
        "Rank the searches"
    script:
        "../scripts/rank_searches.py"
