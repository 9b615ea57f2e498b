#include <Python.h>
#include <libpq-fe.h>

PyMODINIT_FUNC PyInit_ledger(void) { return NULL; }
