#include <math.h>

static int digit(long long code, int place) {
  return (int)(code / (long long)pow(10, place) % 10);
}

/* Checks barcodes of thirteen digits. From the right, every second digit counts three times, and the sum must be a multiple of
   ten. Stores the check digit that each should have and returns how many have another. */
int wrong_barcodes(const long long *codes, int n, unsigned char *expected) {
  int wrong = 0;
  for (int i = 0; i < n; i++) {
    int sum = 0;
    for (int place = 1; place < 13; place++) {
      if (place % 2 == 1) {
        sum += 3 * digit(codes[i], place);
      } else {
        sum += digit(codes[i], place);
      }
    }
    expected[i] = (unsigned char)((10 - sum % 10) % 10);
    if (digit(codes[i], 0) != expected[i]) wrong++;
  }
  return wrong;
}
