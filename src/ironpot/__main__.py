"""`python -m ironpot`: the command line."""

from ironpot.workbench.cli import main

if __name__ == "__main__":
    main()
