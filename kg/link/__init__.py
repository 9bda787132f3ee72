"""Linking measures to the budget lines that carry them out, and recommendations to what answers them.

``sources`` reads both sides from the graph, ``features`` compares a pair, ``model`` scores it,
``candidates`` keeps the number of pairs linear, ``propose`` ranks, ``reasons`` explains, ``graph``
writes triples and lays the decisions of people (``kg.decisions``) over them.
"""

from __future__ import annotations
