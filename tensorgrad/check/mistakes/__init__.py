"""Recognisers: each looks at a wrong gradient ``a`` beside the right one ``n`` and says what was done, or nothing."""
