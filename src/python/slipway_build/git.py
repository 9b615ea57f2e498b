"""What git says when an installer fetches a package from a repository that it may not read."""
import re

from slipway_build.errors import BuildError

# Nobody can be asked for a password in a build: git then fails at once, instead of waiting for somebody.
ENVIRONMENT = {"GIT_TERMINAL_PROMPT": "0", "GIT_SSH_COMMAND": "ssh -o BatchMode=yes"}

NO_ACCESS = re.compile(
    r"could not read (?:Username|Password)|Permission denied \(publickey|Authentication failed|Repository not found"
    r"|Could not read from remote repository|Host key verification failed|terminal prompts disabled"
    r"|repository '[^']*' not found"
)
ADDRESS = re.compile(r"(?:for|repository|access) '([^']+://[^']+)'")


def refused(lines, repository=None):
    """The error of a repository that the build may not read; None when these lines do not say so."""
    telling = [line.strip() for line in lines if NO_ACCESS.search(line)]
    if not telling:
        return None
    named = [match.group(1) for match in map(ADDRESS.search, telling) if match]
    repository = repository or (named[0] if named else None)
    return BuildError(
        "private_repository",
        "A package comes from a git repository that the build may not read%s." % (": " + repository if repository else ""),
        why=telling[0],
        next="Use an https URL with a read-only token, a package index, or commit the package into the app.",
        evidence=telling,
        details={"repository": repository} if repository else None,
    )
