"""Whether the rows that a model scores are collected: all of them, with their outputs, till now.

One file a question: `sampling` and `expected` (how many rows there should be), `stopped` (who fell
silent), `outputs`, `joined` (inputs with their outputs), `lines` (what could not be read),
`columns` (what is suddenly empty), `window` (the rows behind a look for drift), `table` (rows that
lie in Log Analytics).
"""

from shared.domain.decisions.collection.deciding import decide_collection

__all__ = ["decide_collection"]
