"""Master data: who the parties are, where they work, what they make and which licences they hold."""

from trace_api.masterdata.vocabulary import apply_vocabulary

__all__ = ["apply_vocabulary"]
