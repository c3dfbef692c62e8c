#include <stdint.h>
#include <stdio.h>
#include <string.h>

/* Writes bytes as hexadecimal numbers, sixteen in a line. The text needs room for four characters a byte and one more. */
int hex_dump(const uint8_t *data, int length, char *text) {
  char piece[8];
  text[0] = '\0';
  for (int i = 0; i < length; i++) {
    sprintf(piece, "%02x", data[i]);
    strcat(text, piece);
    if (i % 16 == 15) {
      strcat(text, "\n");
    } else {
      strcat(text, " ");
    }
  }
  return (int)strlen(text);
}
