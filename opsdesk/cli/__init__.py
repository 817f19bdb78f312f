"""The same acts without a window. Never imports Qt; results go to stdout, sentences to stderr."""
