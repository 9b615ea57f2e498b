"""Lines for the platform's log; nothing of a message is in them but its size."""
import sys


def say(line):
    sys.stdout.write(line + "\n")
    sys.stdout.flush()
