"""The phase transition by experiment, and how far it is from theory.

    python benchmarks/phase_transition.py [--p 100 ...] [--norm l1] [--trials 50] [--file cells.json]
        [--picture FILE]

Prints the seconds, the even-odds points of experiment and theory, and their largest
distance as a share of p. With --file an interrupted run goes on where it stopped.
"""

from __future__ import annotations

import argparse
from time import perf_counter

from normball.geometry import PhaseTransition, phase_transitions


def show(found: PhaseTransition) -> None:
    """The line that judges an experiment, and its even-odds points."""
    print(found)
    print("\n|  s | even odds at m: experiment | theory | difference |")
    for s, half, error, theory in zip(
        found.sparsities, found.half, found.half_error, found.theory_half, strict=True
    ):
        print(f"| {s:3} | {half:5.1f} ± {error:.1f} | {theory:5.1f} | {half - theory:+.1f} |")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--p", type=int, nargs="+", default=[100], help="numbers of features")
    parser.add_argument("--trials", type=int, default=50, help="problems a cell")
    parser.add_argument("--norm", default="l1", help="name of the norm")
    parser.add_argument("--file", help="where cells are kept")
    parser.add_argument("--picture", help="file to draw to; with several p one picture of all")
    arguments = parser.parse_args()
    start = perf_counter()
    found = phase_transitions(
        arguments.p, arguments.norm, trials=arguments.trials, file=arguments.file, verbose=True
    )
    seconds = perf_counter() - start
    for each in found:
        show(each)
    total = sum(each.successes.size for each in found) * arguments.trials
    print(f"{seconds:.0f} s for {total:,} problems")
    if arguments.picture:
        from normball.displays import PhaseTransitionDisplay, ScalingDisplay

        one = PhaseTransitionDisplay.from_transition(found[0])
        display = one if len(found) == 1 else ScalingDisplay.from_transitions(found)
        display.plot().figure_.savefig(arguments.picture, dpi=110)


if __name__ == "__main__":
    main()
