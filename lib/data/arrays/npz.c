/* Members of NPZ archives, by name. */
#include <stdio.h>
#include <string.h>

#include "data/arrays/npy.h"

static size_t stem_length(const char *name)
{
	size_t n = strlen(name);

	return n > 4 && !strcmp(name + n - 4, ".npy") ? n - 4 : n;
}

static bool is_called(const char *name, const char *member)
{
	size_t n = stem_length(name);

	return !strcmp(name, member) || (strlen(member) == n && !strncmp(name, member, n));
}

/* Members of that name; *at is the last of them. */
static size_t matches(const brc_zip *z, const char *member, size_t *at)
{
	size_t found = 0;

	for (size_t i = 0; i < brc_zip_count(z); i++)
		if (is_called(brc_zip_name(z, i), member)) {
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
	for (size_t i = 0; i < brc_zip_count(z) && used < cap; i++) {
		const char *name = brc_zip_name(z, i);

		used += (size_t)snprintf(buf + used, cap - used, "%s%.*s", i > 0 ? ", " : "",
					 (int)stem_length(name), name);
	}
	return buf;
}

brc_rc brc_npz_open(const brc_zip *z, const char *member, brc_input **in, brc_err *err)
{
	char list[384];
	size_t at = 0, found = matches(z, member, &at);

	if (found == 1)
		return brc_zip_member(z, at, in, err);
	brc_fail(err, BRC_DATA, "%s: %s member is called '%s'", brc_zip_path(z),
		 found == 0 ? "no" : "more than one", member);
	return brc_hint(err, "there are: %s", brc_npz_list(z, list, sizeof(list)));
}

brc_rc brc_npz_member(const brc_zip *z, const char *member, size_t mem, brc_array *out,
		      brc_err *err)
{
	brc_input *in;
	brc_rc rc;

	memset(out, 0, sizeof(*out));
	BRC_TRY(brc_npz_open(z, member, &in, err));
	rc = brc_npy_read_input(in, mem, out, err);
	brc_input_free(in);
	return rc;
}

brc_rc brc_npz_read(const char *path, const char *member, size_t mem, brc_array *out, brc_err *err)
{
	brc_input *in;
	brc_zip *z = NULL;
	brc_rc rc;

	memset(out, 0, sizeof(*out));
	BRC_TRY(brc_input_open(&in, path, err));
	rc = brc_zip_open(&z, in, err);
	brc_input_free(in);
	if (rc == BRC_OK)
		rc = brc_npz_member(z, member, mem, out, err);
	brc_zip_free(z);
	return rc;
}
