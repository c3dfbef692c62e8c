#include <string.h>

static const char bases[] = "TCAG";
static const char amino_acids[] = "FFLLSSSSYY**CC*WLLLLPPPPHHQQRRRRIIIMTTTTNNKKSSRRVVVVAAAADDEEGGGG";

/* The letter of the amino acid that the next three bases stand for, 0 at the end. */
static char amino_acid(const char *codon) {
  size_t left = strlen(codon);
  if (left < 3) {
    return '\0';
  }
  int index = 0;
  for (int i = 0; i < 3; i++) {
    const char *base = strchr(bases, codon[i]);
    if (base == NULL) {
      return 'X';
    }
    index = index * 4 + (int)(base - bases);
  }
  return amino_acids[index];
}

/* Translates a strand of DNA into a protein, from its first base; returns the number of stops. */
int translate_dna(const char *dna, char *protein) {
  int stops = 0;
  protein[0] = '\0';
  for (;;) {
    char acid[2] = {amino_acid(dna), '\0'};
    if (acid[0] == '\0') {
      return stops;
    }
    if (acid[0] == '*') {
      stops++;
    }
    strcat(protein, acid);
    dna += 3;
  }
}
