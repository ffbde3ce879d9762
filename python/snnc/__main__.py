"""``python -m snnc``."""

from .command import main

main()
