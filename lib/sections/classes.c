#include "sections/classes.h"

#include <string.h>

#include "base/texts.h"

static const char tensor[] = "class/name";

brc_rc brc_classes_check(char *const *name, size_t n, const char *what, brc_err *err)
{
	size_t first, again;

	for (size_t c = 0; c < n; c++) {
		if (!name[c][0])
			return brc_fail(err, BRC_DATA, "%s: a class has no name", what);
		if (strlen(name[c]) > BRC_CLASS_NAME_MAX)
			return brc_fail(err, BRC_DATA, "%s: a class name is longer than %d bytes",
					what, BRC_CLASS_NAME_MAX);
	}
	BRC_TRY(brc_texts_repeated(name, n, &first, &again, err));
	return again == n ? BRC_OK
			  : brc_fail(err, BRC_DATA, "%s: two classes are called '%s'", what,
				     name[again]);
}

brc_rc brc_classes_read(const brc_section *s, size_t n, char ***name, brc_err *err)
{
	char title[BRC_NAME_MAX + 80];
	brc_rc rc;

	*name = NULL;
	if (!brc_section_tensor(s, tensor))
		return BRC_OK;
	BRC_TRY(brc_section_dup_texts(s, tensor, &n, name, err));
	rc = brc_classes_check(*name, n, brc_section_title(s, title, sizeof(title)), err);
	if (rc != BRC_OK) {
		brc_texts_free(*name, n);
		*name = NULL;
	}
	return rc;
}

brc_rc brc_classes_write(char *const *name, size_t n, brc_section *s, brc_err *err)
{
	return name ? brc_section_add_text(s, tensor, (const char *const *)name, n, err) : BRC_OK;
}
