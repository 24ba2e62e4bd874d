"""Turn a program into a Python function: buffers, names, statements, row blocks, threads, a script."""
