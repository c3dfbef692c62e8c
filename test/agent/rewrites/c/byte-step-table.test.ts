import { describe, expect, it } from "vitest";
import { byteStepTable } from "../../../../src/agent/rewrites/c/byte-step-table.ts";
import { expectSameResults, opportunitiesIn } from "../same-results.ts";

const fill = "unsigned char d[300]; for (int i = 0; i < 300; i++) d[i] = (unsigned char)(i * 37 ^ i >> 3);";

describe("byte-step-table", () => {
  it("keeps what the functions compute", async () => {
    await expectSameResults(byteStepTable, [
      {
        language: "c",
        function: "checksum32",
        source: `#include <stdint.h>
#include <stddef.h>
uint32_t checksum32(const uint8_t *data, size_t n)
{
    uint32_t crc = ~0u;
    for (size_t i = 0; i < n; i++) {
        crc ^= data[i];
        for (int k = 0; k < 8; k++) {
            if (crc & 1)
                crc = (crc >> 1) ^ 0x82F63B78;
            else
                crc >>= 1;
        }
    }
    return ~crc;
}`,
        drive: `void drive(void) { ${fill} for (int n = 0; n < 300; n += 37) printf("%u ", checksum32(d, n)); }`,
      },
      {
        language: "c",
        function: "xmodem",
        source: `unsigned short xmodem(const unsigned char *p, int n) {
  unsigned short crc = 0;
  while (n--) {
    crc ^= *p++ << 8;
    for (int bit = 8; bit > 0; --bit) crc = crc & 0x8000 ? (crc << 1) ^ 0x1021 : crc << 1;
  }
  return crc;
}
unsigned wide(const unsigned char *p, int n) {
  unsigned crc = 0xffff;
  for (int i = 0; i < n; i++) {
    crc ^= (unsigned)p[i] << 8;
    for (int k = 0; k < 8; k++) { unsigned top = crc & 0x8000; crc <<= 1; if (top) crc ^= 0x8005; }
    crc &= 0xffff;
  }
  return crc + xmodem(p, n);
}`
          .replace("unsigned short xmodem", "static unsigned short xmodem_helper")
          .replace("xmodem(p, n)", "xmodem_helper(p, n)")
          .replace("unsigned wide", "unsigned xmodem"),
        drive: `void drive(void) { ${fill} for (int n = 0; n < 300; n += 37) printf("%u ", xmodem(d, n)); }`,
      },
      {
        language: "c",
        function: "serial",
        source: `#include <stdint.h>
uint64_t serial(const uint8_t *data, int n, uint64_t polynomial)
{
	uint64_t state = 1;
	for (int i = 0; i < n; i++) {
		uint8_t byte = data[i];
		for (int bit = 0; bit < 8; bit++) {
			uint64_t mix = (state ^ byte) & 1;
			state >>= 1;
			state ^= polynomial & -mix;
			byte >>= 1;
		}
	}
	return state;
}`,
        drive: `void drive(void) { ${fill} for (int n = 0; n < 300; n += 37) printf("%lu ", (unsigned long)serial(d, n, 0xC96C5795D7870F42ull)); printf("%lu", (unsigned long)serial(0, 0, 3)); }`,
      },
      {
        language: "c++",
        function: "crc8",
        source: `#include <vector>
#include <cstdint>
static std::uint8_t feed(std::uint8_t crc, std::uint8_t byte) {
    crc ^= byte;
    for (int i = 0; i < 8; ++i) {
        if ((crc & 0x80) != 0) crc = static_cast<std::uint8_t>((crc << 1) ^ 0x07);
        else crc = static_cast<std::uint8_t>(crc << 1);
    }
    return crc;
}
int crc8(const std::vector<std::uint8_t> &bytes) {
    std::uint8_t crc = 0;
    for (auto byte : bytes) crc = feed(crc, byte);
    return crc;
}`,
        drive: `void drive() { std::vector<std::uint8_t> v; for (int i = 0; i < 50; i++) { std::printf("%d ", crc8(v)); v.push_back(i * 91); } }`,
      },
    ]);
  });

  it("leaves loops that are no shift register", async () => {
    const source = `unsigned f(const unsigned char *d, int n) {
  unsigned s = 1;
  for (int i = 0; i < n; i++) {
    for (int k = 0; k < 8; k++) s = (s >> 1) + (s & 1 ? 77 : 0);
    for (int k = 0; k < 8; k++) s = s * 3 ^ d[i];
    for (int k = 0; k < 8; k++) s = (s >> 1) ^ (s & 3 ? 77 : 0);
    for (int k = 0; k < n; k++) s = s & 1 ? (s >> 1) ^ 77 : s >> 1;
    for (int k = 0; k < 8; k++) s = s & 1 ? s >> 1 : (s >> 1) ^ k;
    for (int k = 0; k < 8; k++) s >>= 1;
  }
  return s;
}`;
    const found = await opportunitiesIn(byteStepTable, "c", source, "f");
    expect(found.map((each) => each.apply())).toEqual([]);
  });
});
