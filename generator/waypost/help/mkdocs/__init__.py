"""The build with MkDocs, or with ProperDocs, which continues it: the one place that knows them."""

from __future__ import annotations

import sys
from importlib import import_module
from importlib.util import find_spec

# Where one of the two has started this process, it stays. Else whoever installed ProperDocs beside MkDocs, which
# comes with Material, wants it. It then answers to the names of MkDocs as well: `import mkdocs` gives its modules.
if "mkdocs" not in sys.modules and find_spec("properdocs"):
    import_module("properdocs.replacement")

ENGINE: str = import_module("mkdocs").__name__
"""Who builds: mkdocs or properdocs."""
