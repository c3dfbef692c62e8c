#include <stddef.h>

/* How often a word stands in a text; overlapping places count. */
size_t count_occurrences(const char *text, size_t text_length, const char *word, size_t word_length) {
  size_t found = 0;
  if (word_length == 0) {
    return 0;
  }
  for (size_t i = 0; i + word_length <= text_length; i++) {
    size_t j = 0;
    while (j < word_length && text[i + j] == word[j]) {
      j++;
    }
    if (j == word_length) {
      found++;
    }
  }
  return found;
}
