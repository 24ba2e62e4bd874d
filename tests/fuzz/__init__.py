"""The differential fuzzer of the compiled step: random programs and models, run as they are and compiled.

It holds one law: a compiled function gives what the function gives, to the last bit unless ``exact=False``, whatever its
arguments share and whatever was changed since, or it raises a TraceError that says why.

``python -m tests.fuzz --programs 20000 --models 500`` runs it; ``--one 1234`` shows one program and what came of it.
"""
