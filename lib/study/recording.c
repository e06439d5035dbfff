#include "study/recording.h"

#include <stdlib.h>
#include <string.h>

#include "base/progress.h"
#include "base/threads.h"
#include "data/datasets/dataset_files.h"
#include "net/check_dataset.h"
#include "study/unfit.h"

static brc_rc run(brc_recording *r, const brc_net *net, const brc_dataset *data,
		  const brc_record_options *how, const brc_cli *cli, brc_err *err)
{
	brc_progress progress;
	brc_pool *pool;
	brc_rc rc;

	BRC_TRY(brc_pool_new(&pool, cli->c.threads, err));
	brc_progress_start(&progress, cli, brc_dataset_items(data), r->n);
	rc = brc_net_activations(net, data, r->sample, r->n, how, pool, &progress, &r->value, err);
	brc_progress_end(&progress);
	brc_pool_free(pool);
	return rc;
}

brc_rc brc_recording_make(brc_recording *r, const brc_net *net, const brc_dataset *data, size_t n,
			  const brc_record_options *how, const brc_cli *cli, brc_err *err)
{
	*r = (brc_recording){.n = n, .shown = data->pixel != BRC_PIXEL_I4};
	BRC_TRY(brc_net_recorded_layers(net, how->units, &r->layers, err));
	BRC_TRY(brc_net_check_dataset(net, data, err));
	BRC_TRY(brc_warn_range(cli, net, data, err));
	BRC_TRY(brc_dataset_draw(data->n, &r->n, cli->c.seed, &r->sample, err));
	BRC_TRY(run(r, net, data, how, cli, err));
	if (!r->shown) /* sequences cannot be shown as images */
		return BRC_OK;
	return brc_net_exemplars(&r->layers, data, r->sample, r->n, r->value, &r->exemplars, err);
}

void brc_recording_clear(brc_recording *r)
{
	brc_exemplars_clear(&r->exemplars);
	brc_layers_clear(&r->layers);
	free(r->sample);
	free(r->value);
	memset(r, 0, sizeof(*r));
}
