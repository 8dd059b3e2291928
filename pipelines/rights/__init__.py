"""Rights: what a site says of the use of its pages, recorded as they are fetched. Nothing is blocked by it.

``header_notices`` and ``page_notices`` read an answer, ``HostRights`` what its host says of all its pages; ``judge``
makes of all notices of a page what an export can filter by. Pure.
"""

from __future__ import annotations

from pipelines.rights.judgement import judge
from pipelines.rights.values import OF_HOST, OF_PAGE, Notice, Rights

__all__ = ["OF_HOST", "OF_PAGE", "Notice", "Rights", "judge"]
