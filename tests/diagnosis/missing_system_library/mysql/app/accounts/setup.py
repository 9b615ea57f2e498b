import subprocess

from setuptools import Extension, setup

subprocess.run(["mysql_config", "--cflags"], check=True)
setup(name="accounts", version="1.0", ext_modules=[Extension("accounts", ["accounts.c"])])
