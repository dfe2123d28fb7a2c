"""Where the `driftgate` command starts.

Exit codes, defined in `terminal/ending.py`: 0 done, or all as it should be; 1 a fault, the same may
help later; 2 the answer is no (`health`, `drift`, `performance`, `canary` fail; `verify` finds a
break; `replay` and `whatif` something that would be otherwise; `scenario`, `policy test` what did
not hold; `policy check`, `policy lint` what is wrong; `policy route` that nobody is told;
`deadletters resubmit` that some were refused); 3 refused, the sentence is on standard error (every
command, as `send`, `erase` and `verify`, and words that are no command); 4 no answer (the same four
inconclusive, `diagnose` no cause); 130 interrupted; 141 nobody reads what is written. `gate` has
those that pipelines expect: 0 passed, 1 failed, 2 wrong usage, 3 inconclusive or an error.
"""

import sys

from shared.cli.terminal.interrupting import end_interrupted, end_unread


def main() -> None:
    """Run the command. Its modules are imported here, so that Ctrl-C meanwhile is one line too."""
    try:
        try:
            from shared.cli.commands import app

            app(prog_name="driftgate")
        finally:
            sys.stdout.flush()
    except KeyboardInterrupt:
        end_interrupted()
    except BrokenPipeError:
        end_unread()


if __name__ == "__main__":
    main()
