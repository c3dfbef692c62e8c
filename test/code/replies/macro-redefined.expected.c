#include <stddef.h>

#define LIMIT 1000L

/* out[i] is the sum of in[0] to in[i], at most LIMIT. */
void prefix(const int *in, long *out, int n)
{
    long sum = 0;
    for (int i = 0; i < n; i++) {
        sum += in[i];
        out[i] = sum > LIMIT ? LIMIT : sum;
    }
}
