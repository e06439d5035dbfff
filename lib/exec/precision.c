#include "exec/precision.h"

#include <oneapi/dnnl/dnnl.h>

/* What oneDNN found, within the limits that the environment sets. */
bool brc_exec_bf16_supported(void)
{
	dnnl_cpu_isa_t isa = dnnl_get_effective_cpu_isa();

	return (isa & dnnl_cpu_isa_avx512_core_bf16) == dnnl_cpu_isa_avx512_core_bf16;
}

brc_rc brc_exec_need_bf16(brc_err *err)
{
	if (brc_exec_bf16_supported())
		return BRC_OK;
	brc_fail(err, BRC_DATA,
		 "this processor has no bfloat16 arithmetic (AVX512_BF16 or AMX_BF16)");
	return brc_hint(err, "leave the precision at float32");
}
