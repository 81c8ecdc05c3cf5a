"""`python -m stuurhut` is the same as the command `stuurhut`."""

from stuurhut.site.cli import main

raise SystemExit(main())
