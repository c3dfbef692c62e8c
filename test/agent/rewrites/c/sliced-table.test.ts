import { describe, expect, it } from "vitest";
import { byteStepTable } from "../../../../src/agent/rewrites/c/byte-step-table.ts";
import { slicedTable } from "../../../../src/agent/rewrites/c/sliced-table.ts";
import { expectSameResults, opportunitiesIn } from "../same-results.ts";

const bitwise = `#include <stdint.h>
#include <stddef.h>
uint32_t checksum(const uint8_t *data, size_t n)
{
    uint32_t crc = 0xFFFFFFFFu;
    for (size_t i = 0; i < n; i++) {
        crc ^= data[i];
        for (int k = 0; k < 8; k++)
            crc = crc & 1 ? (crc >> 1) ^ 0xEDB88320u : crc >> 1;
    }
    return ~crc;
}`;
const fill =
  "static unsigned char d[300]; for (int i = 0; i < 300; i++) d[i] = (unsigned char)(i * 37 ^ i >> 3);";

describe("sliced-table", () => {
  it("keeps what the functions compute", async () => {
    const [table] = await opportunitiesIn(byteStepTable, "c", bitwise, "checksum");
    await expectSameResults(slicedTable, [
      {
        language: "c",
        function: "checksum",
        source: table?.apply() ?? "",
        drive: `void drive(void) { ${fill} for (int n = 0; n < 300; n += 1 + n / 3) printf("%u ", checksum(d, n)); }`,
      },
      {
        language: "c",
        function: "wide",
        source: `#include <stdint.h>
static uint64_t table[256];
static void make(void) {
	for (int b = 0; b < 256; b++) {
		uint64_t word = b;
		for (int k = 0; k < 8; k++) word = word & 1 ? (word >> 1) ^ 0xC96C5795D7870F42ull : word >> 1;
		table[b] = word;
	}
}
uint64_t wide(const unsigned char *p, int n) {
	uint64_t crc = ~0ull;
	int i;
	make();
	for (i = 2; i < n; i++) crc = table[(unsigned char)(crc ^ p[i])] ^ (crc >> 8);
	return crc + i;
}`,
        drive: `void drive(void) { ${fill} for (int n = 0; n < 300; n += 1 + n / 3) printf("%lu ", (unsigned long)wide(d, n)); }`,
      },
    ]);
  });

  it("proves the table where it stands in the file, and otherwise says what it assumes", async () => {
    const [table] = await opportunitiesIn(byteStepTable, "c", bitwise, "checksum");
    const [proven] = await opportunitiesIn(slicedTable, "c", table?.apply() ?? "", "checksum");
    expect(proven?.assumptions).toEqual([]);
    const changed = (table?.apply() ?? "").replace("0x77073096u", "0x77073097u");
    expect(await opportunitiesIn(slicedTable, "c", changed, "checksum")).toEqual([]);
    const given = `unsigned f(const unsigned char *p, int n, const unsigned *t) {
  unsigned c = 0;
  for (int i = 0; i < n; i++) c = (c >> 8) ^ t[(c ^ p[i]) & 0xff];
  return c;
}`;
    expect((await opportunitiesIn(slicedTable, "c", given, "f"))[0]?.assumptions).toEqual([
      "t is the table of a shift register: the entry for two bits is the xor of their entries.",
    ]);
  });

  it("leaves other uses of tables alone", async () => {
    const source = `unsigned f(const unsigned char *p, const char *q, int n, const unsigned *t) {
  unsigned c = 0;
  for (int i = 0; i < n; i++) c = (c >> 8) + t[(c ^ p[i]) & 0xff];
  for (int i = 0; i < n; i++) c = (c >> 4) ^ t[(c ^ p[i]) & 0xff];
  for (int i = 0; i < n; i++) c = (c >> 8) ^ t[(c ^ q[i]) & 0xff];
  for (int i = 0; i < n; i++) c = (c >> 8) ^ t[p[i]];
  return c;
}`;
    expect((await opportunitiesIn(slicedTable, "c", source, "f")).map((each) => each.apply())).toEqual([]);
  });
});
