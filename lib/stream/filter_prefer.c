/* One of several sections of a type: brc_filter_prefer. */
#include <string.h>

#include "stream/filter_state.h"

static bool has_preferred(const struct brc_preference *p, const brc_section_list *l, size_t from)
{
	for (size_t i = from; i < l->n; i++)
		if (brc_word_index(p->type, l->item[i]->type) >= 0 &&
		    strcmp(l->item[i]->name, p->usual) == 0)
			return true;
	return false;
}

bool brc_preference_passes_over(const struct brc_preference *p, const brc_reader *r,
				const brc_section_list *l, size_t from)
{
	if (!p->type || brc_word_index(p->type, r->type) < 0)
		return false;
	return p->only ? strcmp(r->name, p->only) != 0 : has_preferred(p, l, from);
}

void brc_preference_drop_others(const struct brc_preference *p, brc_section_list *l, size_t from)
{
	size_t n = from;

	if (!p->type || p->only || !has_preferred(p, l, from))
		return;
	for (size_t i = from; i < l->n; i++)
		if (brc_word_index(p->type, l->item[i]->type) >= 0 &&
		    strcmp(l->item[i]->name, p->usual) != 0)
			brc_section_free(l->item[i]);
		else
			l->item[n++] = l->item[i];
	l->n = n;
}
