#include "linalg/kernel_norm.h"
#include <math.h>
double brc_kernel_norm(brc_norm kind, const float *k, size_t h, size_t w)
{
	double s = 0;
	if (kind == BRC_NORM_COLSUM) {
		for (size_t c = 0; c < w; c++) {
			double t = 0;
			for (size_t r = 0; r < h; r++)
				t += fabs((double)k[r * w + c]);
			s = t > s ? t : s;
		}
		return s;
	}
	for (size_t i = 0; i < h * w; i++)
		s += kind == BRC_NORM_L2 ? (double)k[i] * k[i] : fabs((double)k[i]);
	return kind == BRC_NORM_L2 ? sqrt(s) : s;
}
