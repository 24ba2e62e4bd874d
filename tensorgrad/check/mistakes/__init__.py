"""Recognisers: each compares a wrong gradient ``a`` with the right one ``n``, and names one mistake."""
