#include <stddef.h>

#define LIMIT 1000

/* out[i] is the sum of in[0] to in[i], at most LIMIT. */
void prefix(const int *restrict in, long *restrict out, int n)
{
    long sum = 0;
    for (size_t i = 0; i < n; i++) {
        sum += in[i];
        out[i] = sum > LIMIT ? LIMIT : sum;
    }
}
