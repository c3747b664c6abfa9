"""Times statsforecast on the same series: `python statsforecast_peer.py DIR`.

Needs `pip install statsforecast==2.1.1`. Prints `model,corpus,season,microseconds` per series, by
processor time of one thread.
"""

import os

for threads in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(threads, "1")

import csv
import sys
import time
import warnings
from pathlib import Path

import numpy as np
from statsforecast import models

warnings.filterwarnings("ignore")


def model_of(name, season):
    match name:
        case "naive":
            return models.Naive()
        case "seasonal_naive":
            return models.SeasonalNaive(season)
        case "drift":
            return models.RandomWalkWithDrift()
        case "window_mean":
            return models.WindowAverage(8)
        case "ses":
            return models.SimpleExponentialSmoothingOptimized()
        case "croston":
            return models.CrostonClassic()
        case "croston_sba":
            return models.CrostonSBA()
        case "optimized_croston":
            return models.CrostonOptimized()
        case "tsb":
            return models.TSB(0.2, 0.2)
        case "adida":
            return models.ADIDA()
        case "imapa":
            return models.IMAPA()
        case "holt":
            return models.Holt()
        case "holt_winters_additive":
            return models.HoltWinters(season, error_type="A")
        case "holt_winters_multiplicative":
            return models.HoltWinters(season, error_type="M")
        case "auto_ets":
            return models.AutoETS(season)
        case "optimized_theta":
            return models.OptimizedTheta(season)
        case "dynamic_optimized_theta":
            return models.DynamicOptimizedTheta(season)
        case "auto_theta":
            return models.AutoTheta(season)
        case "auto_ces":
            return models.AutoCES(season)
        case "mstl":
            return models.MSTL(season, trend_forecaster=models.AutoETS(model="ZZN"))
    return None


def main():
    here = Path(__file__).parent
    directory = Path(sys.argv[1])
    for task in csv.DictReader((here / "models.csv").open()):
        season, count = int(task["season"]), int(task["series"])
        lines = (directory / f"{task['corpus']}.csv").read_text().splitlines()[:count]
        series = [np.array(line.split(","), dtype=float) for line in lines]
        horizon = 12 if task["corpus"] == "monthly" else 28
        if model_of(task["model"], season) is None:
            continue
        model_of(task["model"], season).forecast(y=series[0], h=horizon)
        begin = time.process_time()
        for values in series:
            model_of(task["model"], season).forecast(y=values, h=horizon)
        taken = time.process_time() - begin
        print(task["model"], task["corpus"], season, taken / count * 1e6, sep=",", flush=True)


main()
