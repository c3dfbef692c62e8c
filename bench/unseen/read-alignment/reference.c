#include <ctype.h>

static int count_errors(const char *genome, const char *read, int read_length) {
  int errors = 0;
  for (int i = 0; i < read_length; i++) {
    if (toupper((unsigned char)genome[i]) != toupper((unsigned char)read[i])) {
      errors++;
    }
  }
  return errors;
}

/* Where each read fits a genome with the fewest errors, the first place of equals; -1 where it does not fit in. */
void place_reads(const char *genome, int genome_length, const char *reads, int read_count, int read_length, int *places,
                 int *errors) {
  for (int r = 0; r < read_count; r++) {
    const char *read = reads + r * read_length;
    places[r] = -1;
    errors[r] = read_length + 1;
    for (int start = 0; start + read_length <= genome_length; start++) {
      if (count_errors(genome + start, read, read_length) < errors[r]) {
        errors[r] = count_errors(genome + start, read, read_length);
        places[r] = start;
      }
    }
  }
}
