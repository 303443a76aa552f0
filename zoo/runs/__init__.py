"""Runs on disk: folders, the journal, TensorBoard and MLflow."""
