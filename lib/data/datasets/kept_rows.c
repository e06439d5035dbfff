#include "data/datasets/kept_rows.h"

#include <stdint.h>

#include "base/memory.h"

enum { DROP_BYTES = 1 << 22 };

brc_rc brc_kept_rows_init(brc_kept_rows *k, size_t n, size_t bytes, size_t mem, const char *what,
			  brc_err *err)
{
	const size_t most = (mem != 0 ? mem : brc_mem_available()) / 2;
	size_t total;

	*k = (brc_kept_rows){.bytes = bytes};
	if (!brc_mul(n, bytes, &total))
		return brc_fail(err, BRC_RESOURCE, "%s: %zu rows of %zu bytes do not fit memory",
				what, n, bytes);
	return brc_scratch_init(&k->room, total, total > most, what, err);
}

void brc_kept_rows_clear(brc_kept_rows *k)
{
	brc_scratch_clear(&k->room);
	*k = (brc_kept_rows){0};
}

/* What lies before `at` leaves memory, now and then. */
static void pass(brc_kept_rows *k, size_t at)
{
	if (at < k->dropped)
		k->dropped = 0;
	if (!k->room.spooled || at - k->dropped < DROP_BYTES)
		return;
	brc_spool_drop((char *)k->room.data + k->dropped, at - k->dropped);
	k->dropped = at;
}

void *brc_kept_rows_next(brc_kept_rows *k)
{
	const size_t at = k->n++ * k->bytes;

	pass(k, at);
	return (char *)k->room.data + at;
}

const void *brc_kept_rows_at(brc_kept_rows *k, size_t i)
{
	pass(k, i * k->bytes);
	return (const char *)k->room.data + i * k->bytes;
}
