"""Whether the rows that a model scores are collected: all of them, with their outputs, till now.

One file a question: `sampling` and `expected` (how many rows there should be), `joined` (inputs
with their outputs), `lines` (what could not be read), `columns` (what is suddenly empty),
`stopped` (who fell silent), `window` (the rows behind a look for drift), `deciding` (the check).
"""

__all__: list[str] = []
