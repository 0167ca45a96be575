"""The L1 phase transition by experiment, and how far it is from theory.

    python benchmarks/phase_transition.py [--p 100] [--trials 50] [--file cells.json] [--picture FILE]

Prints the seconds, the even-odds points of experiment and theory, and their largest
distance as a share of p. With --file an interrupted run goes on where it stopped.
"""

from __future__ import annotations

import argparse
from time import perf_counter

from normball.geometry import phase_transition


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--p", type=int, default=100, help="number of features")
    parser.add_argument("--trials", type=int, default=50, help="problems a cell")
    parser.add_argument("--file", help="where cells are kept")
    parser.add_argument("--picture", help="file to draw to")
    arguments = parser.parse_args()
    start = perf_counter()
    found = phase_transition(arguments.p, trials=arguments.trials, file=arguments.file, verbose=True)
    print(found)
    print(f"{perf_counter() - start:.0f} s for {found.successes.size * found.trials:,} problems")
    print("\n|  s | even odds at m: experiment | theory | difference |")
    for s, half, error, theory in zip(
        found.sparsities, found.half, found.half_error, found.theory_half, strict=True
    ):
        print(f"| {s:3} | {half:5.1f} ± {error:.1f} | {theory:5.1f} | {half - theory:+.1f} |")
    if arguments.picture:
        from normball.displays import PhaseTransitionDisplay

        PhaseTransitionDisplay.from_transition(found).plot().figure_.savefig(arguments.picture, dpi=110)


if __name__ == "__main__":
    main()
