"""Delivery: batches, answers, and the thread that sends until the server has stored everything."""
