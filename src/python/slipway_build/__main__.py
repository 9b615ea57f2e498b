"""`python3 -I /build/platform/slipway_build dependencies|app`, the request in SLIPWAY_BUILD_REQUEST."""
import os
import sys

# Started as a folder, Python sees the inside of the package; its parent is what the package is imported from.
sys.path[0] = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))

from slipway_build.command import main  # noqa: E402

sys.exit(main(sys.argv[1:]))
