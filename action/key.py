"""Print the cache key of the wheels that the action needs on this runner: equal keys, same wheels."""

from __future__ import annotations

import platform
import sys
import sysconfig
from hashlib import sha256
from pathlib import Path

if __name__ == "__main__":
    lock = sha256(Path(sys.argv[1]).read_bytes()).hexdigest()
    library = "".join(platform.libc_ver())
    print("lessonguard", sysconfig.get_platform(), library, sys.implementation.cache_tag, lock[:16], sep="-")
