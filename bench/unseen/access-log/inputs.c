/* Lines of an access log, such as "10.2.33.4 GET /page/812 200 5120". A few are broken, and the last one may be cut off. */
#include <stdint.h>
#include <stdio.h>
#include <string.h>

static uint64_t next_random(uint64_t *state) {
  uint64_t z = (*state += 0x9e3779b97f4a7c15u);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}

void generate(uint64_t seed, int64_t n, char *log) {
  static const char *const methods[] = {"GET", "GET", "GET", "HEAD", "POST"};
  static const int codes[] = {200, 200, 200, 206, 301, 304, 404, 403, 500, 101, 777};
  uint64_t state = seed;
  int64_t at = 0;
  while (at < n) {
    char line[120];
    int size = snprintf(line, sizeof line, "10.%d.%d.%d %s /page/%d %d %d\n", (int)(next_random(&state) % 256),
                        (int)(next_random(&state) % 256), (int)(next_random(&state) % 256),
                        methods[next_random(&state) % 5], (int)(next_random(&state) % 10000),
                        codes[next_random(&state) % 11], (int)(next_random(&state) % 1000000));
    if (next_random(&state) % 40 == 0) size = snprintf(line, sizeof line, "-- restarted --\n");
    if (size > n - at) size = (int)(n - at);
    memcpy(log + at, line, (size_t)size);
    at += size;
  }
}
