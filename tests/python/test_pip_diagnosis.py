"""What pip prints in failures that cannot be made here, and what a person is told."""
import unittest

from slipway_build.python.dependencies import diagnosis
from slipway_build.request import Request

REQUEST = Request({"dependencies": {"kind": "requirements", "file": "requirements.txt"}})

LOGS = {
    "psycopg2 without its header": (
        "missing_system_library",
        "psycopg2-binary",
        """
      Error: pg_config executable not found.
      pg_config is required to build psycopg2 from source.
error: subprocess-exited-with-error
""",
    ),
    "mysqlclient": (
        "missing_system_library",
        "PyMySQL",
        """
Collecting mysqlclient
      /bin/sh: 1: mysql_config: not found
      OSError: mysql_config not found
error: subprocess-exited-with-error
""",
    ),
    "mysqlclient, newer": (
        "missing_system_library",
        "PyMySQL",
        """
Collecting mysqlclient
      Exception: Can not find valid pkg-config name.
      Specify MYSQLCLIENT_CFLAGS and MYSQLCLIENT_LDFLAGS env vars manually
error: subprocess-exited-with-error
""",
    ),
    "python-ldap": (
        "missing_system_library",
        "libldap2-dev",
        """
Building wheel for python-ldap (pyproject.toml): started
      Modules/constants.h:7:10: fatal error: lber.h: No such file or directory
          7 | #include "lber.h"
      compilation terminated.
ERROR: Failed building wheel for python-ldap
""",
    ),
    "another Python": (
        "package_needs_other_python",
        "requirements.txt",
        """
ERROR: Ignored the following versions that require a different python version: 6.0 Requires-Python >=3.12
ERROR: Could not find a version that satisfies the requirement Django==6.0 (from versions: 3.2.25, 4.2.1)
ERROR: No matching distribution found for Django==6.0
""",
    ),
    "a private repository over https": (
        "private_repository",
        "read-only token",
        """
  Running command git clone --filter=blob:none --quiet https://github.com/acme/secret /tmp/x
  fatal: could not read Username for 'https://github.com': terminal prompts disabled
error: subprocess-exited-with-error
""",
    ),
    "a private repository over ssh": (
        "private_repository",
        "read-only token",
        """
  Running command git clone --filter=blob:none --quiet ssh://git@github.com/acme/secret /tmp/x
  git@github.com: Permission denied (publickey).
  fatal: Could not read from remote repository.
""",
    ),
    "a private repository whose token has ended": (
        "private_repository",
        "read-only token",
        """
  Running command git clone --filter=blob:none --quiet 'https://****@git.example.org/acme/secret' /tmp/x
  remote: HTTP Basic: Access denied
  fatal: Authentication failed for 'https://git.example.org/acme/secret/'
error: subprocess-exited-with-error
""",
    ),
    "a private repository that is said not to be there": (
        "private_repository",
        "read-only token",
        """
  Running command git clone --filter=blob:none --quiet https://git.example.org/acme/secret /tmp/x
  fatal: repository 'https://git.example.org/acme/secret/' not found
error: subprocess-exited-with-error
""",
    ),
    "a full disk": (
        "disk_full",
        "df -h",
        """
ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device
""",
    ),
    "a compiler killed for memory": (
        "out_of_memory",
        "wheels",
        """
      c++: fatal error: Killed signal terminated program cc1plus
ERROR: Failed building wheel for pandas
""",
    ),
    "an index that wants a password": (
        "index_unauthorized",
        "PIP_INDEX_URL",
        """
WARNING: 401 Error, Credentials not correct for https://pypi.example.com/simple/acme/
ERROR: Could not find a version that satisfies the requirement acme (from versions: none)
ERROR: No matching distribution found for acme
""",
    ),
    "no name resolution": (
        "index_unreachable",
        "package-index",
        """
WARNING: Retrying (Retry(total=0, connect=None, read=None, redirect=None, status=None)) after connection broken by 'NewConnectionError('<pip._vendor.urllib3.connection.HTTPSConnection object at 0x7f>: Failed to establish a new connection: [Errno -3] Temporary failure in name resolution')': /simple/django/
ERROR: Could not find a version that satisfies the requirement Django (from versions: none)
ERROR: No matching distribution found for Django
""",
    ),
    "a conflict of dependencies": (
        "package_conflict",
        "requirements.txt",
        """
ERROR: Cannot install -r requirements.txt (line 1) and django==2.2 because these package versions have conflicting dependencies.
The conflict is caused by:
    The user requested django==2.2
    djangorestframework 3.15 depends on django>=4.2
ERROR: ResolutionImpossible: for help visit https://pip.pypa.io/
""",
    ),
    "a build that fails by itself": (
        "package_build_failed",
        "newer version",
        """
Building wheel for old-thing (setup.py): started
      AttributeError: module 'configparser' has no attribute 'SafeConfigParser'
ERROR: Failed building wheel for old-thing
""",
    ),
    "half a requirements file with hashes": (
        "requirements_invalid",
        "--hash",
        """
ERROR: Hashes are required in --require-hashes mode, but they are missing from some requirements. Here is a list of those requirements:
    six==1.16.0 --hash=sha256:8abb2f1d86890a2dfb989f9a77cfcfd3e47c2a354b01111771326f8aa26e0254
""",
    ),
    "something new": (
        "pip_failed",
        "",
        """
ERROR: The moon is in the wrong place
""",
    ),
}


class PipDiagnosis(unittest.TestCase):
    def test_each_failure_is_told_by_its_name_with_a_next_step(self):
        for name, (expected, next_step, log) in LOGS.items():
            with self.subTest(name):
                error = diagnosis.diagnose(1, log.strip().split("\n"), REQUEST)
                self.assertEqual(error.id, expected, error.message)
                self.assertIn(next_step, error.next)
                self.assertTrue(error.evidence)

    def test_the_repository_that_was_refused_is_named(self):
        for name in (name for name in LOGS if name.startswith("a private repository")):
            with self.subTest(name):
                error = diagnosis.diagnose(1, LOGS[name][2].strip().split("\n"), REQUEST)
                self.assertRegex(error.details["repository"], r"acme/secret/?$")
