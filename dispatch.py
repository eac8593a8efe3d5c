"""The front door: `python dispatch.py --task RNN` grades a hand-in; `--help` tells the rest."""

from grader.cli import run

if __name__ == "__main__":
    run()
