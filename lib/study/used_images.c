#include "study/used_images.h"

#include "sections/image_overlap.h"
#include "sections/image_set.h"

brc_rc brc_note_images(brc_filter *f, const brc_dataset *data, const size_t *sample, size_t n,
		       brc_err *err)
{
	brc_image_set set;

	BRC_TRY(brc_image_set_of(&set, data, sample, n, err));
	brc_filter_images(f, brc_image_set_map(&set));
	return BRC_OK;
}

brc_rc brc_note_test_images(brc_filter *f, const brc_dataset *data, const char *digest,
			    const brc_cli *cli, brc_err *err)
{
	const brc_history *h = brc_filter_history(f);
	brc_image_set set;
	brc_image_overlap o;
	brc_str text = {0};
	brc_rc rc;

	BRC_TRY(brc_image_set_of(&set, data, NULL, data->n, err));
	brc_filter_images(f, brc_image_set_map(&set));
	BRC_TRY(brc_image_overlap_find(&o, (const brc_map *const *)h->entry, h->n, digest, &set,
				       NULL, err));
	if (!brc_image_overlap_bad(&o))
		return BRC_OK;
	brc_image_overlap_text(&o, &text);
	rc = brc_str_check(&text, err);
	if (rc == BRC_OK)
		brc_cli_note(cli, "warning: %s", text.s);
	brc_str_free(&text);
	return rc;
}
