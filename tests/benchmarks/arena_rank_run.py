"""What arena-rank makes of votes given as codes; run by an interpreter that has it, which this project's has not.

`python arena_rank_run.py VOTES.npz REPLICATES` prints one JSON line. Its own bootstrap forks a pool after JAX has
started, which may wait for ever, so its function for one replicate is called here, in this process.
"""

import json
import sys
import time

import numpy as np


def main() -> None:
    import jax  # type: ignore[import-not-found]
    import pandas as pd  # type: ignore[import-untyped]
    from arena_rank.models.bradley_terry import BradleyTerry, fit_single_bootstrap_sample  # type: ignore[import-not-found]
    from arena_rank.utils.data_utils import PairDataset  # type: ignore[import-not-found]

    votes, replicates = np.load(sys.argv[1]), int(sys.argv[2])
    names = np.array([f"m{i:03}" for i in range(int(votes["size"]))])
    words = np.array(["model_a", "model_b", "tie", "both_bad"])
    frame = pd.DataFrame(
        {
            "model_a": names[votes["first"]],
            "model_b": names[votes["second"]],
            "winner": words[votes["outcomes"]],
        }
    )
    start = time.perf_counter()
    data = PairDataset.from_pandas(frame)
    prepared = time.perf_counter()
    model = BradleyTerry(n_competitors=len(names))
    found = model.compute_ratings_and_cis(data)
    ratings = np.asarray(found["ratings"])
    fitted = time.perf_counter()
    total = int(data.counts.sum())
    drawn = np.random.default_rng(1).multinomial(total, np.asarray(data.counts) / total, size=replicates)
    begin = time.perf_counter()
    for counts in drawn:
        theta = fit_single_bootstrap_sample(jax.numpy.asarray(counts, dtype=float), model, data)
        jax.block_until_ready(theta["ratings"])
    spent = time.perf_counter() - begin
    print(
        json.dumps(
            {
                "prepare_seconds": prepared - start,
                "fit_seconds": fitted - prepared,
                "replicate_seconds": spent / replicates,
                "theta": (ratings / model.alpha).tolist(),
                "se": (np.sqrt(np.asarray(found["variances"])) / model.alpha).tolist(),
            }
        )
    )


if __name__ == "__main__":
    main()
