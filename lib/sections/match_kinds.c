#include "sections/match_kinds.h"

#include <string.h>

static const char *const words[BRC_MATCHES] = {"in-norm", "activation", "degree", "cohesion"};

const char *brc_match_name(brc_match kind)
{
	return words[kind];
}

bool brc_match_exact(brc_match kind)
{
	return kind != BRC_MATCH_COHESION;
}

static brc_rc parse_word(const char *text, size_t n, bool wanted[BRC_MATCHES], brc_err *err)
{
	for (size_t k = 0; k < BRC_MATCHES; k++) {
		if (strlen(words[k]) != n || strncmp(words[k], text, n) != 0)
			continue;
		if (wanted[k])
			return brc_fail(err, BRC_USAGE, "--match: %s comes twice", words[k]);
		wanted[k] = true;
		return BRC_OK;
	}
	brc_fail(err, BRC_USAGE, "--match: controls cannot be matched by '%.*s'",
		 (int)(n < 64 ? n : 64), text);
	return brc_hint(err, "by in-norm, activation, degree, cohesion, or several of them, as in "
			     "activation,cohesion; random controls are always drawn");
}

brc_rc brc_match_parse(const char *text, bool wanted[BRC_MATCHES], brc_err *err)
{
	memset(wanted, 0, BRC_MATCHES * sizeof(*wanted));
	for (const char *at = text; at; at++) {
		const size_t n = strcspn(at, ",");

		BRC_TRY(parse_word(at, n, wanted, err));
		at += n;
		if (*at == '\0')
			break;
	}
	return BRC_OK;
}

brc_matched *brc_match_columns(brc_inference *i, brc_match kind)
{
	brc_matched *const of[BRC_MATCHES] = {&i->in_norm, &i->activation, &i->degree,
					      &i->cohesion};

	return of[kind];
}

const brc_matched *brc_match_columns_of(const brc_inference *i, brc_match kind)
{
	const brc_matched *const of[BRC_MATCHES] = {&i->in_norm, &i->activation, &i->degree,
						    &i->cohesion};

	return of[kind];
}

bool brc_match_columns_whole(const brc_inference *i, brc_match kind)
{
	const brc_matched *m = brc_match_columns_of(i, kind);
	const bool there = m->p, joint = there && brc_match_exact(kind);

	return !(there && i->published) && !!m->control_mean == there && !!m->effect == there &&
	       !!m->value == there && !!m->control_value == there && !!m->q == joint &&
	       !!m->p_maxt == joint;
}
