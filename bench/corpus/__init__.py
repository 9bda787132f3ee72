"""A corpus of any size: documents of the five genres, made from grammars and the authority files.

    python -m bench.corpus FOLDER --documents 1000 [--seed 1] [--characters 15000]

Writes ``FOLDER/*.txt`` and, beside them, what each document says in ``FOLDER/gold/NAME.json`` (the form
of ``samples/gold``). Document n of a seed is the same whatever the number of documents. The text is
invented; bodies, laws and industries are those of the authority files.
"""

from bench.corpus.maker import GENRES, Made, make

__all__ = ["GENRES", "Made", "make"]
