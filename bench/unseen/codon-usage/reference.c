#include <string.h>

static const char *const codons[64] = {
    "TTT", "TTC", "TTA", "TTG", "CTT", "CTC", "CTA", "CTG", "ATT", "ATC", "ATA", "ATG", "GTT", "GTC", "GTA", "GTG",
    "TCT", "TCC", "TCA", "TCG", "CCT", "CCC", "CCA", "CCG", "ACT", "ACC", "ACA", "ACG", "GCT", "GCC", "GCA", "GCG",
    "TAT", "TAC", "TAA", "TAG", "CAT", "CAC", "CAA", "CAG", "AAT", "AAC", "AAA", "AAG", "GAT", "GAC", "GAA", "GAG",
    "TGT", "TGC", "TGA", "TGG", "CGT", "CGC", "CGA", "CGG", "AGT", "AGC", "AGA", "AGG", "GGT", "GGC", "GGA", "GGG",
};

/* How often each codon stands in a gene that is read three letters at a time; those with an unknown letter count nowhere. */
void codon_usage(const char *gene, int length, int *usage) {
  for (int c = 0; c < 64; c++) {
    usage[c] = 0;
  }
  for (int i = 0; i + 3 <= length; i += 3) {
    for (int c = 0; c < 64; c++) {
      if (strncmp(gene + i, codons[c], 3) == 0) {
        usage[c]++;
      }
    }
  }
}
