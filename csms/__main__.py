"""`python -m csms` is the command `chargeflex`."""

from csms.cli import main

if __name__ == "__main__":
    main()
