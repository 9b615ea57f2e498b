"""`python3 -I /relay/slipway_mail`, all that it is told in the environment."""
import os
import sys

# Started as a folder, Python sees the inside of the package; its parent is what the package is imported from.
sys.path[0] = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))

from slipway_mail.relay import main  # noqa: E402

sys.exit(main(os.environ))
