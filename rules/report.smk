# Makes what people look at: pictures, pages and rankings.


rule plot_example:
    input:
        data=ancient("results/dataset/data.npz"),
        about="results/dataset/dataset.json",
        holdout=run.holdout_files(),
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
        "Plot the first sample of the dataset"
    script:
        "../scripts/plot_example.py"


# One job draws all pictures of a search: starting Python and matplotlib takes longer than most of them.
rule plot_search:
    input:
        table="results/{search}/cv_results.csv",
        evaluations="results/{search}/evaluations.csv",
        provenance="results/{search}/provenance.json",
        baselines="results/{search}/baselines.json",
        splits=expand("results/splits/{split}.json", split=run.splits),
    output:
        map=report(
            "results/{search}/plots/parameter_map.png",
            caption="../report/parameter_map.rst",
            category="Results",
            subcategory="{search}",
            labels={"figure": "Parameter map"},
        ),
        map_svg="results/{search}/plots/parameter_map.svg",
        best=report(
            "results/{search}/plots/best_candidates.html",
            caption="../report/best_candidates.rst",
            category="Results",
            subcategory="{search}",
            labels={"figure": "The ten best (table)"},
        ),
        candidates=report(
            "results/{search}/plots/candidates.csv",
            caption="../report/candidates.rst",
            category="Results",
            subcategory="{search}",
            labels={"figure": "Candidates, the best first (table)"},
        ),
        pairs=report(
            "results/{search}/plots/pairs.png",
            caption="../report/pairs.rst",
            category="Results",
            subcategory="{search}",
            labels={"figure": "Pairs of parameters"},
        ),
        slices=report(
            "results/{search}/plots/slices.png",
            caption="../report/slices.rst",
            category="Results",
            subcategory="{search}",
            labels={"figure": "Score along each parameter"},
        ),
        importance=report(
            "results/{search}/plots/importance.png",
            caption="../report/importance.rst",
            category="Results",
            subcategory="{search}",
            labels={"figure": "Which parameters matter"},
        ),
        curve=report(
            "results/{search}/plots/search_curve.png",
            caption="../report/search_curve.rst",
            category="Results",
            subcategory="{search}",
            labels={"figure": "Was the search enough"},
        ),
        train_test=report(
            "results/{search}/plots/train_test.png",
            caption="../report/train_test.rst",
            category="Results",
            subcategory="{search}",
            labels={"figure": "Train against test"},
        ),
        fit_time=report(
            "results/{search}/plots/fit_time.png",
            caption="../report/fit_time.rst",
            category="Results",
            subcategory="{search}",
            labels={"figure": "Fit time against score"},
        ),
        failures=report(
            "results/{search}/plots/failures.png",
            caption="../report/failures.rst",
            category="Results",
            subcategory="{search}",
            labels={"figure": "Failures"},
        ),
    log:
        "results/logs/plot_search/{search}.log",
    conda:
        "../envs/environment.yaml"
    params:
        space=run.space,
        draws_go_on=run.draws_go_on,
        numbers=run.caption_numbers,
    message:
        "Plot the results of search {wildcards.search}"
    script:
        "../scripts/plot_search.py"


rule write_explore:
    input:
        table="results/{search}/cv_results.csv",
        evaluations="results/{search}/evaluations.csv",
        provenance="results/{search}/provenance.json",
    output:
        "results/{search}/explore.html",
    log:
        "results/logs/write_explore/{search}.log",
    conda:
        "../envs/environment.yaml"
    params:
        space=run.space,
    message:
        "Write the interactive page of search {wildcards.search}"
    script:
        "../scripts/write_explore.py"


# Runs only if a config has several searches. A search without a best candidate is left out.
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
    message:
        "Rank the searches"
    script:
        "../scripts/rank_searches.py"


# Snakemake reads this page when it makes the report.
rule write_opening:
    input:
        verdicts=expand("results/{search}/verdict.json", search=run.searches),
        findings=expand("results/{search}/findings.json", search=run.searches),
        provenances=expand("results/{search}/provenance.json", search=run.searches),
        maps=expand("results/{search}/plots/parameter_map.png", search=run.searches),
        pages=expand("results/{search}/explore.html", search=run.searches),
        leaderboard=run.leaderboard_file(),
        splits=expand("results/splits/{split}.json", split=run.splits),
        summary="results/splits/splits.json",
        about="results/dataset/dataset.json",
    output:
        "results/report.rst",
    log:
        "results/logs/write_opening.log",
    conda:
        "../envs/environment.yaml"
    params:
        searches=list(run.searches),
    message:
        "Write the page that the report opens with"
    script:
        "../scripts/write_opening.py"
