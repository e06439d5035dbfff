/* What a node costs: the operations of convolutions and matrix products, 2 for a multiply-add. */
#include "exec/operators.h"

double brc_node_flops(const brc_exec *g, const brc_node *n)
{
	if (n->op == &brc_kernel_conv)
		return brc_conv_flops(g, n);
	if (n->op == &brc_kernel_gemm || n->op == &brc_kernel_matmul)
		return brc_product_flops(g, n);
	return 0;
}
