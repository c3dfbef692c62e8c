#include <ctype.h>
#include <string.h>

/* Turns a line into lower case in place and returns how many letters changed. */
int lower_case(char *line) {
  int changed = 0;
  for (size_t i = 0; i < strlen(line); i++) {
    if (isupper((unsigned char)line[i])) {
      line[i] = (char)tolower((unsigned char)line[i]);
      changed++;
    }
  }
  return changed;
}
