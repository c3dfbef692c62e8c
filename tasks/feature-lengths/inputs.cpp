// A GFF file of at most the given length, and one of the kinds in it. A line: chromosome, source, kind, start, end, score, strand,
// phase and attributes, or a comment.
#include <cstdint>
#include <string>

static std::uint64_t next_random(std::uint64_t &state) {
  std::uint64_t z = (state += 0x9e3779b97f4a7c15u);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}

static const char *const kinds[] = {"gene", "mRNA", "exon", "CDS", "exon", "CDS", "tRNA", "UTR"};

static std::string feature(std::uint64_t &state) {
  if (next_random(state) % 40 == 0) {
    return "###\n";
  }
  std::uint64_t start = next_random(state) % 90000000 + 1;
  std::uint64_t end = start + next_random(state) % 5000;
  std::string gene = std::to_string(next_random(state) % 30000);
  std::string chromosome = std::to_string(next_random(state) % 22 + 1);
  const char *kind = kinds[next_random(state) % 8];
  const char *strand = next_random(state) % 2 ? "+" : "-";
  return "chr" + chromosome + "\tensembl\t" + kind + "\t" + std::to_string(start) + "\t" + std::to_string(end) + "\t.\t" +
         strand + "\t.\tID=feature" + gene + ";Parent=gene" + gene + ";biotype=protein_coding\n";
}

void generate(std::uint64_t seed, std::int64_t n, std::string &gff, std::string &kind) {
  std::uint64_t state = seed;
  kind = kinds[next_random(state) % 8];
  gff.clear();
  for (;;) {
    std::string line = feature(state);
    if (static_cast<std::int64_t>(gff.size() + line.size()) > n) {
      return;
    }
    gff += line;
  }
}
