"""The front door: `python dispatch.py --task RNN` grades a hand-in; `--help` tells the rest."""

import sys

if __name__ == "__main__":
    if sys.version_info < (3, 11):  # noqa: UP036 - whoever starts it with an older one shall be told
        print("dispatch.py: backcheck needs Python 3.11 or newer; this is " + sys.version.split()[0], file=sys.stderr)
        raise SystemExit(2)
    try:
        from grader.cli import run

        run()
    except KeyboardInterrupt:  # so early that `run` was not yet there to say so
        raise SystemExit(130) from None
