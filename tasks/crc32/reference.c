#include <stddef.h>
#include <stdint.h>

/* The CRC-32 of IEEE 802.3, a bit at a time. */
uint32_t crc32(const uint8_t *data, size_t length) {
  uint32_t crc = 0xffffffffu;
  for (size_t i = 0; i < length; i++) {
    crc ^= data[i];
    for (int bit = 0; bit < 8; bit++) {
      if (crc & 1) {
        crc = (crc >> 1) ^ 0xedb88320u;
      } else {
        crc >>= 1;
      }
    }
  }
  return ~crc;
}
