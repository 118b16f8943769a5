"""`python -m caringmon` is the command `caringmon`."""

from caringmon.cli import main

if __name__ == "__main__":
    raise SystemExit(main())
