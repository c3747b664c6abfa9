"""Times baskets in the engine beside HiGHS, a solver of mixed-integer programs.

    python benches/peers/sourcing.py [--limit SECONDS] [--write] [FILE...]

The Python needs `pip install highspy==1.15.1`. HiGHS gets each basket twice: as the textbook states it
(packs and a switch for each price tier) and as options (what could be done for each SKU, spelled out,
without what something else is better than in every respect). One instance after the other, all on one
thread; what counts is processor time. Building a program is not counted for HiGHS, stating the basket
is counted for the engine. HiGHS may stop as soon as nothing cheaper by a whole cent can be left.
"""

import argparse
import bisect
import json
import statistics
import subprocess
import time
from pathlib import Path

import highspy
import numpy as np

ROOT = Path(__file__).parents[2]
COLLECTION = ROOT / "../shared/golden/sourcing"
REPORT = ROOT / "benches/SOURCING.md"
MARKS = ["<!-- peers -->", "<!-- end of peers -->"]
INFINITY = highspy.kHighsInf


class Program:
    """Minimise: columns with cost and bounds, rows of (column, factor) with bounds."""

    def __init__(self):
        self.costs, self.uppers, self.whole = [], [], []
        self.rows, self.lows, self.highs = [], [], []

    def column(self, cost, upper, whole=True):
        self.costs.append(cost)
        self.uppers.append(upper)
        self.whole.append(whole)
        return len(self.costs) - 1

    def row(self, terms, low=-INFINITY, high=INFINITY):
        self.rows.append(terms)
        self.lows.append(low)
        self.highs.append(high)

    def solve(self, limit):
        """Status, cost, lower bound and processor seconds."""
        lp = highspy.HighsLp()
        lp.num_col_, lp.num_row_ = len(self.costs), len(self.rows)
        lp.col_cost_, lp.col_upper_ = np.array(self.costs, float), np.array(self.uppers, float)
        lp.col_lower_ = np.zeros(len(self.costs))
        lp.row_lower_, lp.row_upper_ = np.array(self.lows, float), np.array(self.highs, float)
        kinds = highspy.HighsVarType
        lp.integrality_ = [kinds.kInteger if whole else kinds.kContinuous for whole in self.whole]
        lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
        lp.a_matrix_.start_ = np.cumsum([0, *map(len, self.rows)])
        lp.a_matrix_.index_ = np.array([column for row in self.rows for column, _ in row])
        lp.a_matrix_.value_ = np.array([factor for row in self.rows for _, factor in row], float)
        solver = highspy.Highs()
        for option, value in {
            "output_flag": False, "threads": 1, "parallel": "off",
            "mip_rel_gap": 0.0, "mip_abs_gap": 0.99,
        }.items():
            solver.setOptionValue(option, value)
        solver.passModel(lp)
        begin = time.process_time()
        # Its own limit is the time of day, which other programs share.
        late = lambda event: event.interrupt(time.process_time() - begin > limit)
        solver.cbMipInterrupt.subscribe(late)
        solver.run()
        taken = time.process_time() - begin
        info = solver.getInfo()
        done = solver.getModelStatus() == highspy.HighsModelStatus.kOptimal
        return done, info.objective_function_value, info.mip_dual_bound, taken


def most_packs(instance, offer):
    return min(offer["avail"], instance["skus"][offer["k"]]["max_units"] // offer["pack"])


def textbook(instance):
    program = Program()
    suppliers, skus = instance["suppliers"], instance["skus"]
    values, units, switches = [[[] for _ in rows] for rows in (suppliers, skus, skus)]
    orders = [program.column(s["po_cost"], 1) for s in suppliers]
    freights = [program.column(s["freight_fixed"], 1) for s in suppliers]
    for offer in instance["offers"]:
        own, offset, breaks = [], 0, offer["breaks"]
        for tier, (start, each) in enumerate(breaks):
            if offer["type"] == "incremental" and tier > 0:
                offset += (breaks[tier - 1][1] - each) * (start - 1)
            end = breaks[tier + 1][0] - 1 if tier + 1 < len(breaks) else 10**12
            least, most = max(start, offer["moq"]), min(end, most_packs(instance, offer))
            if most < least:
                continue
            packs, switch = program.column(each, most), program.column(offset, 1)
            program.row([(packs, 1), (switch, -least)], low=0)
            program.row([(packs, 1), (switch, -most)], high=0)
            values[offer["s"]] += [(packs, each), (switch, offset)]
            units[offer["k"]].append((packs, offer["pack"]))
            switches[offer["k"]].append((switch, 1))
            own.append((switch, 1))
        if own:
            program.row([*own, (orders[offer["s"]], -1)], high=0)
    for k, sku in enumerate(skus):
        short = program.column(sku["short_penalty"], sku["demand"], whole=False)
        surplus = program.column(-sku["excess_credit"], sku["max_units"] - sku["demand"], whole=False)
        program.row([*units[k], (short, 1), (surplus, -1)], low=sku["demand"], high=sku["demand"])
        if switches[k]:
            program.row(switches[k], high=sku["max_sources"])
    for s, (supplier, order, freight) in enumerate(zip(suppliers, orders, freights)):
        program.row([(freight, 1), (order, -1)], high=0)
        program.row([*values[s], (order, -supplier["min_order_value"])], low=0)
        free = supplier["free_freight_from"]
        if supplier["freight_fixed"] > 0 and free > 0:
            program.row([*values[s], (order, -free), (freight, free)], low=0)
        else:
            program.row([(freight, 1), (order, -1)], low=0)
    return program


def price(offer, packs):
    tiers = offer["breaks"]
    if offer["type"] == "all_units":
        return packs * next(each for start, each in reversed(tiers) if start <= packs)
    ends = [start - 1 for start, _ in tiers[1:]] + [packs]
    starts = [0] + [start - 1 for start, _ in tiers[1:]]
    return sum(max(min(end, packs) - start, 0) * each
               for (_, each), start, end in zip(tiers, starts, ends))


def purchases(instance, offer):
    """(units, price) of every number of packs that is sold."""
    least = max(offer["moq"], offer["breaks"][0][0])
    return [(packs * offer["pack"], price(offer, packs))
            for packs in range(least, most_packs(instance, offer) + 1)]


def undominated(options):
    """Those (cost, value, other value) that no other beats in cost and in both values."""
    kept, stairs = [], []
    for cost, one, two in sorted(options, key=lambda it: (it[0], -it[1], -it[2])):
        # The stairs ascend in one value and descend in the other.
        at = bisect.bisect_left(stairs, (one, -INFINITY))
        if at < len(stairs) and stairs[at][1] >= two:
            continue
        begin = at
        while begin > 0 and stairs[begin - 1][1] <= two:
            begin -= 1
        end = at + (at < len(stairs) and stairs[at][0] == one)
        stairs[begin:end] = [(one, two)]
        kept.append((cost, one, two))
    return kept


def options(instance):
    """Every option of every SKU as its cost and what it adds to which orders."""
    offered = [[] for _ in instance["skus"]]
    for offer in instance["offers"]:
        offered[offer["k"]].append((offer["s"], purchases(instance, offer)))
    for sku, sellers in zip(instance["skus"], offered):
        def net(units, paid):
            missing = sku["demand"] - units
            return paid + (missing * sku["short_penalty"] if missing > 0
                           else missing * sku["excess_credit"])

        found = [(sku["demand"] * sku["short_penalty"], {})]
        single = {}
        for s, bought in sellers:
            single.setdefault(s, []).extend((net(units, paid), paid, 0) for units, paid in bought)
        found += [(cost, {s: paid}) for s, list in single.items()
                  for cost, paid, _ in undominated(list)]
        pairs = {}
        if sku["max_sources"] > 1:
            for a, (s, ones) in enumerate(sellers):
                for t, twos in sellers[a + 1:]:
                    assert s != t, "two offers of one supplier for a SKU"
                    pairs[s, t] = [(net(one[0] + two[0], one[1] + two[1]), one[1], two[1])
                                   for one in ones for two in twos
                                   if one[0] + two[0] <= sku["max_units"]]
        assert sku["max_sources"] <= 2, "three sources for a SKU"
        found += [(cost, {s: one, t: two}) for (s, t), list in pairs.items()
                  for cost, one, two in undominated(list)]
        yield found


def spelled_out(instance):
    program = Program()
    suppliers = instance["suppliers"]
    values, modes = [[] for _ in suppliers], []
    for supplier in suppliers:
        freight, free = supplier["freight_fixed"], supplier["free_freight_from"]
        least = supplier["min_order_value"]
        found = [(program.column(supplier["po_cost"] + freight, 1), least)]
        if freight > 0 and free > 0:
            found.append((program.column(supplier["po_cost"], 1), max(least, free)))
        program.row([(mode, 1) for mode, _ in found], high=1)
        modes.append(found)
    for found in options(instance):
        columns = [(program.column(cost, 1), added) for cost, added in found]
        program.row([(column, 1) for column, _ in columns], low=1, high=1)
        for s in sorted({s for _, added in columns for s in added}):
            users = [(column, 1) for column, added in columns if s in added]
            program.row([*users, *((mode, -1) for mode, _ in modes[s])], high=0)
        for column, added in columns:
            for s, value in added.items():
                values[s].append((column, value))
    for found, terms in zip(modes, values):
        program.row([*terms, *((mode, -least) for mode, least in found)], low=0)
    return program


def ours(file):
    command = ["cargo", "bench", "--locked", "--quiet", "--package", "replenish",
               "--bench", "allocate", "--", file]
    text = subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True).stdout
    return json.loads(next(line for line in text.splitlines() if line.startswith("{")))


def compare(file, limit):
    instance = json.loads(file.read_text())
    answer = ours(file.resolve())
    row = {"instance": instance["id"], "ours": answer}
    for name, state in (("textbook", textbook), ("options", spelled_out)):
        done, cost, bound, seconds = state(instance).solve(limit)
        row[name] = {"done": done, "cost": cost, "bound": bound, "milliseconds": seconds * 1e3}
        if done and answer["status"] == "proved":
            assert round(cost) == answer["objective"], f"{file}: {name} {cost}, ours {answer}"
        # What one side has found is no less than what the other has shown.
        assert bound <= answer["objective"] + 1, f"{file}: {name} shows {bound}, ours {answer}"
        if cost < INFINITY:
            assert answer["lower_bound"] <= round(cost), f"{file}: {name} {cost}, ours {answer}"
    return row


HEAD = """| instance | ours | CPU ms | textbook CPU ms | times | options CPU ms | times |
|---|---|--:|--:|--:|--:|--:|"""


def line(row):
    mine = row["ours"]["milliseconds"]
    cells = [row["instance"], row["ours"]["status"], f"{mine:.2f}"]
    for name in ("textbook", "options"):
        theirs = row[name]
        more = "" if theirs["done"] else "> "
        cells += [f"{more}{theirs['milliseconds']:,.0f}", f"{more}{theirs['milliseconds'] / mine:,.0f}"]
    return f"| {' | '.join(cells)} |"


def medians(rows):
    groups = {}
    for row in rows:
        groups.setdefault(row["instance"].split("-")[0], []).append(row)
    groups["all"] = rows
    for group, members in groups.items():
        parts = []
        for name in ("textbook", "options"):
            ratios = [row[name]["milliseconds"] / row["ours"]["milliseconds"] for row in members]
            done = sum(row[name]["done"] for row in members)
            parts.append(f"{name} {statistics.median(ratios):,.0f} (least {min(ratios):,.0f}; HiGHS"
                         f" solves {done})")
        yield f"- {group}, {len(members)} baskets, times as fast in the median: {', '.join(parts)}"


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--limit", type=float, default=60, help="processor seconds for HiGHS (60)")
    arguments.add_argument("--write", action="store_true", help=f"also into {REPORT.name}")
    arguments.add_argument("files", nargs="*", type=Path, help="those of up to 100 SKUs")
    given = arguments.parse_args()
    files = given.files or [*sorted(COLLECTION.glob("5x20-*.json")), *sorted(COLLECTION.glob("10x100-*.json"))]
    if not files:
        return print(f"skipped: no instances in {COLLECTION}")
    rows, text = [], [HEAD]
    print(HEAD, flush=True)
    for file in files:
        rows.append(compare(file, given.limit))
        text.append(line(rows[-1]))
        print(text[-1], flush=True)
    text += ["", *medians(rows)]
    print("\n".join(["", *medians(rows)]))
    if given.write:
        old = REPORT.read_text()
        head, rest = old.split(MARKS[0])
        tail = rest.split(MARKS[1])[1]
        written = "\n".join(text)
        REPORT.write_text(f"{head}{MARKS[0]}\n{written}\n{MARKS[1]}{tail}")


main()
