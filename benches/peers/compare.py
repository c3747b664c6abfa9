"""Times the engine, natively and as WebAssembly, beside its peers, and prints the table of PEERS.md.

    cargo xtask pkg
    python benches/peers/compare.py [ROUNDS]

The Python needs `pip install statsforecast==2.1.1`. Every round times each library once, one after
the other, on the same series and one thread; the table has the least processor time of all rounds.
"""

import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).parent
ROUNDS = int(sys.argv[1]) if len(sys.argv) > 1 else 2


def main():
    cargo = ["cargo", "run", "--quiet", "--release", "--manifest-path", HERE / "Cargo.toml", "--"]
    with tempfile.TemporaryDirectory() as directory:
        subprocess.run([*cargo, "generate", directory], check=True)
        libraries = {
            "statsforecast": [sys.executable, HERE / "statsforecast_peer.py", directory],
            "anofox": [*cargo, "anofox", directory],
            "native": [*cargo, "replenish", directory],
            "wasm": ["node", HERE / "node.mjs", directory],
        }
        least = {}
        for round in range(ROUNDS):
            for library, command in libraries.items():
                print(f"round {round + 1} of {ROUNDS}: {library}", file=sys.stderr)
                text = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
                for line in text.splitlines():
                    model, corpus, season, microseconds = line.split(",")
                    times = least.setdefault((model, corpus, season), {})
                    taken = float(microseconds)
                    times[library] = min(taken, times.get(library, taken))
    table(least)


def table(least):
    print("| model | corpus, season | statsforecast µs | anofox µs | native µs | WebAssembly µs"
          " | statsforecast / native | statsforecast / WebAssembly | anofox / native |")
    print("|---|---|--:|--:|--:|--:|--:|--:|--:|")
    for (model, corpus, season), times in least.items():
        times = [times.get(library) for library in ("statsforecast", "anofox", "native", "wasm")]
        python, rust, native, wasm = times
        ratios = [over(python, native), over(python, wasm), over(rust, native)]
        cells = [f"`{model}`", f"{corpus}, {season}", *map(number, times), *ratios]
        print("|", " | ".join(cells), "|")


def number(value):
    return "–" if value is None else f"{value:,.2f}" if value < 100 else f"{value:,.0f}"


def over(peer, ours):
    if peer is None or ours is None:
        return "–"
    ratio = peer / ours
    return f"{ratio:.1f}" if ratio < 10 else f"{ratio:.0f}"


main()
