/*
 * Random numbers: Philox4x32-10 (Salmon, Moraes, Dror, Shaw: "Parallel random
 * numbers: as easy as 1, 2, 3", SC 2011). Counter-based: the stream is a pure
 * function of (seed, purpose, layer, draw), so results do not depend on how
 * work is divided among threads or shards.
 */
#ifndef BRC_BASE_RNG_H
#define BRC_BASE_RNG_H

#include <stddef.h>
#include <stdint.h>

/* What a stream of numbers is for. Values are part of the results: never renumber. */
typedef enum brc_purpose {
	BRC_RNG_TEST = 0,
	BRC_RNG_KMEANS = 1,    /* layer: graph index, draw: restart */
	BRC_RNG_EIGEN = 2,     /* start vectors; layer: graph index */
	BRC_RNG_CONTROL = 3,   /* label permutations; layer, draw */
	BRC_RNG_NULL = 4,      /* shuffled networks; layer: block index, draw: shuffle */
	BRC_RNG_SAMPLE = 5,    /* choice of images */
	BRC_RNG_CALIBRATE = 6, /* random partitions */
	BRC_RNG_SPLIT = 20,    /* items in two parts; layer: class, and UINT32_MAX for lots */
	BRC_RNG_NOISE = 30,    /* of edges; layer: block index, draw: copy */
	BRC_RNG_HALVES = 31,   /* disjoint halves of samples; draw: pair of copies */
	BRC_RNG_PERMUTE = 32,  /* samples of a unit; layer: unit, draw: null graph */
	BRC_RNG_WEIGHTS = 60,  /* of untrained copies; layer: number of the tensor */
	BRC_RNG_MATCH = 40     /* matched controls, plus brc_match: 40 to 43; layer, draw */
} brc_purpose;

typedef struct brc_rng {
	uint32_t key[2], counter[4], block[4];
	unsigned used; /* words of `block` already given out */
} brc_rng;

void brc_rng_init(brc_rng *r, uint64_t seed, brc_purpose purpose, uint32_t layer, uint32_t draw);
uint32_t brc_rng_u32(brc_rng *r);
uint64_t brc_rng_u64(brc_rng *r);
/* Uniform on [0, 1), 53 bits. */
double brc_rng_uniform(brc_rng *r);
/* Uniform on 0..n-1, without bias (Lemire 2019); n >= 1. */
uint32_t brc_rng_below(brc_rng *r, uint32_t n);
/* Standard normal (Box and Muller, one value a call). */
double brc_rng_normal(brc_rng *r);
/* Two of them in single precision, from both halves of a pair: for very many numbers. */
void brc_rng_normal_pair(brc_rng *r, float normal[2]);
/* Shuffle n elements of 4 bytes in place (Fisher and Yates). */
void brc_rng_shuffle(brc_rng *r, void *a, size_t n);

/* The bare bijection, for the known-answer test. */
void brc_philox4x32_10(const uint32_t counter[4], const uint32_t key[2], uint32_t out[4]);

#endif
