#include <stddef.h>
#include <stdint.h>

/* The Adler-32 checksum of RFC 1950. */
uint32_t adler_checksum(const uint8_t *data, size_t length) {
  uint32_t low = 1;
  uint32_t high = 0;
  for (size_t i = 0; i < length; i++) {
    low = (low + data[i]) % 65521;
    high = (high + low) % 65521;
  }
  return (high << 16) | low;
}
