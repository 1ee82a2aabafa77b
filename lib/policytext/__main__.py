"""`python -m policytext` is the command `policytext`."""

from policytext.cli import main

if __name__ == "__main__":
    main()
