"""Recalls: from a suspicion to the list of everything affected, who holds it, and the clock that runs."""
