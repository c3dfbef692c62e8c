/* Four quotients at a time, by the processor's own instructions. */
#include <immintrin.h>

__attribute__((target("avx2"))) void scale(int n, const double *values, double divisor, double *out) {
  int i = 0;
  for (; i + 4 <= n; i += 4) {
    __m256d value = _mm256_loadu_pd(values + i), sum = _mm256_setzero_pd();
    for (int round = 0; round < 20; round++) sum = _mm256_add_pd(sum, _mm256_div_pd(value, _mm256_set1_pd(divisor + round)));
    _mm256_storeu_pd(out + i, sum);
  }
  for (; i < n; i++) {
    double sum = 0;
    for (int round = 0; round < 20; round++) sum += values[i] / (divisor + round);
    out[i] = sum;
  }
}
