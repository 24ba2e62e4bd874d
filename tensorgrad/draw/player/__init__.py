"""The player: a page that plays a computation and its backward, op by op."""
