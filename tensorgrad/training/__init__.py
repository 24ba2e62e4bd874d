"""Training, evaluation and prediction: the data in batches, the loop, metrics, and the programs that are kept."""
