"""`python -m wcabench`."""

from wcabench.cli import main

if __name__ == "__main__":
    main(prog_name="wcabench")
