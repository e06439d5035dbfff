/* What is said of the files of a data set on stderr. */
#include <math.h>
#include <string.h>

#include "data/datasets/dataset_files.h"

void brc_dataset_files_tell_found(const brc_dataset_files *r, const brc_cli *cli)
{
	if (!r->asked.is_format[r->format])
		brc_cli_detail(cli, "%s looks like --%s", r->items->name,
			       brc_formats[r->format].name);
	if (r->format == BRC_NPZ)
		brc_cli_detail(cli, "images are '%s', labels '%s'", r->how.images, r->how.labels);
}

void brc_dataset_files_tell_written(const brc_dataset_files *r, const brc_cli *cli)
{
	const brc_dataset *d = &r->d;
	brc_array shape = {.ndim = d->ndim + 1, .shape = {d->n}};
	char text[256];

	memcpy(shape.shape + 1, d->shape, d->ndim * sizeof(*d->shape));
	brc_cli_detail(cli, "images %s of type %s, %zu %s, scale %.6g",
		       brc_array_shape_text(&shape, text, sizeof(text)), r->items->dtype,
		       d->classes,
		       d->mark     ? "independent labels"
		       : d->target ? "numbers to be predicted"
				   : "classes",
		       d->scale);
	if (r->aside)
		brc_cli_note(cli, "%zu %s to fit, %zu to test", d->n, brc_dataset_items(d),
			     r->test.n);
	if (r->asked.ignore_label)
		brc_cli_note(cli, "%zu of %zu places have no label",
			     d->unlabelled + r->test.unlabelled,
			     (d->n + r->test.n) * brc_dataset_places(d));
	if (isnan(r->asked.scale) && r->largest < 128)
		brc_cli_note(cli,
			     "the largest byte is %u, and bytes are divided by 255; give --scale "
			     "if the network was trained with another range",
			     r->largest);
}
