#!/usr/bin/python3
"""Permutations of the entries of tensors, as permute-weights draws them.

    /usr/bin/python3 tests/oracle/permute.py     # writes tests/golden/data/permuted.txt

A line for each seed and tensor: the seed, the number of the tensor, and where each of 8 entries
comes from. Purpose 60 of the generator is that of weights (base/rng.h).
"""
import pathlib

from controls import Philox

with open(pathlib.Path("tests/golden/data/permuted.txt"), "w") as out:
    for seed in (0, 42, 2 ** 32 + 5):
        for tensor in range(2):
            print(seed, tensor, *Philox(seed, 60, tensor, 0).shuffled(8), file=out)
