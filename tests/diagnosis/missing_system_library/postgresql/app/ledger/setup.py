from setuptools import Extension, setup

setup(name="ledger", version="1.0", ext_modules=[Extension("ledger", ["ledger.c"])])
