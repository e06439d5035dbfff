/* Members of NPZ archives, by name. */
#include <stdio.h>
#include <string.h>

#include "data/arrays/npy.h"

size_t brc_npz_stem(const char *name)
{
	size_t n = strlen(name);

	return n > 4 && !strcmp(name + n - 4, ".npy") ? n - 4 : n;
}

static bool is_called(const char *name, const char *member)
{
	size_t n = brc_npz_stem(name);

	return !strcmp(name, member) || (strlen(member) == n && !strncmp(name, member, n));
}

/* Members of that name; *at is the last of them. */
static size_t matches(const brc_zip *z, const char *member, size_t *at)
{
	size_t found = 0;

	for (size_t i = 0; i < z->n; i++)
		if (is_called(z->member[i].name, member)) {
			found++;
			*at = i;
		}
	return found;
}

bool brc_npz_has(const brc_zip *z, const char *member)
{
	size_t at;

	return matches(z, member, &at) > 0;
}

char *brc_npz_list(const brc_zip *z, char *buf, size_t cap)
{
	size_t used = 0;

	buf[0] = '\0';
	for (size_t i = 0; i < z->n && used < cap; i++) {
		const char *name = z->member[i].name;

		used += (size_t)snprintf(buf + used, cap - used, "%s%.*s", i > 0 ? ", " : "",
					 (int)brc_npz_stem(name), name);
	}
	return buf;
}

brc_rc brc_npz_open(const brc_zip *z, const char *member, brc_input **in, brc_err *err)
{
	char list[384];
	size_t at = 0, found = matches(z, member, &at);

	if (found == 1)
		return brc_zip_member(z, at, in, err);
	brc_fail(err, BRC_DATA, "%s: %s member is called '%s'", z->path,
		 found == 0 ? "no" : "more than one", member);
	return brc_hint(err, "there are: %s", brc_npz_list(z, list, sizeof(list)));
}
