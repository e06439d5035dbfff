/* What exporters call further inputs, and what their defaults are. */
#include <ctype.h>
#include <string.h>

#include "base/str.h"
#include "net/inputs.h"

/* How a name is compared: with the whole of the input's, its beginning, or its end. */
enum { WHOLE, BEGIN, END };

typedef struct known {
	const char *name; /* in small letters */
	int how;
	brc_fill fill;
	size_t ndim[2]; /* dimensions that such an input has: at least, at most */
} known;

static const known names[] = {
	{"attention_mask", END, BRC_FILL_ONES, {2, 2}},
	{"input_mask", END, BRC_FILL_ONES, {2, 2}},
	{"position_ids", END, BRC_FILL_COUNT, {1, 2}},
	{"token_type_ids", END, BRC_FILL_ZEROS, {2, 2}},
	{"segment_ids", END, BRC_FILL_ZEROS, {2, 2}},
	{"past", BEGIN, BRC_FILL_PAST, {4, 5}}, /* past_key_values.0.key, past_0 */
	{"cache", BEGIN, BRC_FILL_PAST, {4, 5}},
	{"h", WHOLE, BRC_FILL_STATE, {2, 3}},
	{"c", WHOLE, BRC_FILL_STATE, {2, 3}},
	{"h0", WHOLE, BRC_FILL_STATE, {2, 3}},
	{"c0", WHOLE, BRC_FILL_STATE, {2, 3}},
	{"h_0", WHOLE, BRC_FILL_STATE, {2, 3}},
	{"c_0", WHOLE, BRC_FILL_STATE, {2, 3}},
	{"hx", WHOLE, BRC_FILL_STATE, {2, 3}},
	{"cx", WHOLE, BRC_FILL_STATE, {2, 3}},
	{"h_in", WHOLE, BRC_FILL_STATE, {2, 3}},
	{"c_in", WHOLE, BRC_FILL_STATE, {2, 3}},
	{"initial_h", WHOLE, BRC_FILL_STATE, {2, 3}},
	{"initial_c", WHOLE, BRC_FILL_STATE, {2, 3}},
	{"state", WHOLE, BRC_FILL_STATE, {2, 3}},
	{"hidden", WHOLE, BRC_FILL_STATE, {2, 3}},
	{"hidden_state", WHOLE, BRC_FILL_STATE, {2, 3}},
	{"cell", WHOLE, BRC_FILL_STATE, {2, 3}},
	{"cell_state", WHOLE, BRC_FILL_STATE, {2, 3}},
};

static bool is_called(const known *k, const char *name)
{
	size_t n = strlen(name), length = strlen(k->name);

	if (k->how == WHOLE)
		return strcmp(name, k->name) == 0;
	return n >= length &&
	       memcmp(k->how == BEGIN ? name : name + n - length, k->name, length) == 0;
}

brc_fill brc_input_default(const char *name, brc_elem elem, size_t ndim)
{
	char small[BRC_NAME_MAX];
	size_t n = strlen(name);

	if (n >= sizeof(small))
		return BRC_FILL_NONE;
	for (size_t i = 0; i <= n; i++)
		small[i] = (char)tolower((unsigned char)name[i]);
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		const known *k = &names[i];
		bool floats = k->fill == BRC_FILL_STATE || k->fill == BRC_FILL_PAST;

		if (!is_called(k, small) || ndim < k->ndim[0] || ndim > k->ndim[1])
			continue;
		if (k->fill == BRC_FILL_ONES || floats == (elem == BRC_ELEM_FLOAT))
			return k->fill;
	}
	return BRC_FILL_NONE;
}

static const char *text_of(brc_fill fill)
{
	switch (fill) {
	case BRC_FILL_ZEROS:
	case BRC_FILL_STATE:
	case BRC_FILL_PAST:
		return "zeros";
	case BRC_FILL_ONES:
		return "ones";
	case BRC_FILL_COUNT:
		return "0, 1, 2 ...";
	default:
		return NULL;
	}
}

bool brc_net_defaults_text(const brc_net *net, brc_str *s)
{
	enum { NAMED = 4 };
	size_t n = 0;

	for (size_t k = 0; k < net->n_in; k++) {
		const brc_net_input *in = &net->in[k];

		if (!text_of(in->fill) || ++n > NAMED)
			continue;
		brc_str_addf(s, "%s'%.64s' with %s", n > 1 ? ", " : "", in->name,
			     text_of(in->fill));
	}
	if (n > NAMED)
		brc_str_addf(s, " and %zu more", n - NAMED);
	return n > 0 && !s->failed;
}
