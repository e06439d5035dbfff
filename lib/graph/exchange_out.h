/* What the writers of text formats share; see graph/exchange.h. */
#ifndef BRC_GRAPH_EXCHANGE_OUT_H
#define BRC_GRAPH_EXCHANGE_OUT_H

#include "base/str.h"
#include "graph/exchange.h"

#define BRC_EXCHANGE_PIECE 65536 /* bytes that are passed on at once */

/* Text on its way out. */
typedef struct brc_exchange_out {
	brc_str text;
	brc_exchange_sink sink;
	void *ctx;
} brc_exchange_out;

typedef struct brc_exchange_end {
	size_t layer, unit;
} brc_exchange_end;

typedef void (*brc_exchange_edge)(brc_exchange_out *o, const brc_layers *t, brc_exchange_end from,
				  brc_exchange_end to, float w);

/* Pass on what has gathered, once it is `least` bytes. */
brc_rc brc_exchange_flush(brc_exchange_out *o, size_t least, brc_err *err);

/* Every edge once, zeroes left out; counts them where `write` is NULL. */
brc_rc brc_exchange_each_edge(brc_exchange_out *o, const brc_blocks *b, brc_exchange_edge write,
			      size_t *count, brc_err *err);

#endif
