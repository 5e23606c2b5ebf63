"""Result documents: sealed by the worker, downloaded by their owner, verified by anyone."""
