from __future__ import annotations

from hypothesis import settings

# A busy machine is not a failure: no example is judged by the time it takes.
settings.register_profile("waypost", deadline=None)
settings.load_profile("waypost")
