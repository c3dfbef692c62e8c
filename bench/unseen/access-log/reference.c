#include <stdint.h>
#include <stdio.h>
#include <string.h>

/* Adds up the bytes of a log's answers by the first digit of their status (1 to 5). Lines are "address method path status
   bytes"; those that cannot be read are counted in totals[0] instead. Returns the number of lines. */
int bytes_sent(const char *log, int length, int64_t *totals) {
  char line[256];
  int lines = 0;
  memset(totals, 0, 6 * sizeof *totals);
  for (int at = 0; at < length; lines++) {
    int size = 0;
    while (at < length && log[at] != '\n') {
      if (size < (int)sizeof line - 1) line[size++] = log[at];
      at++;
    }
    line[size] = '\0';
    at++;

    char address[256], method[256], path[256];
    int status;
    long bytes;
    if (sscanf(line, "%s %s %s %d %ld", address, method, path, &status, &bytes) != 5) {
      totals[0]++;
    } else if (status < 100 || status > 599) {
      totals[0]++;
    } else {
      totals[status / 100] += bytes;
    }
  }
  return lines;
}
