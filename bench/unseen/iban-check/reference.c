#include <ctype.h>

/* The remainder by 97 of a number whose letters stand for 10 (A) to 35 (Z). */
static int remainder_97(const char *text, int length) {
  int rest = 0;
  for (int i = 0; i < length; i++) {
    if (isdigit((unsigned char)text[i])) {
      rest = (rest * 10 + (text[i] - '0')) % 97;
    } else {
      int value = toupper((unsigned char)text[i]) - 'A' + 10;
      rest = (rest * 10 + value / 10) % 97;
      rest = (rest * 10 + value % 10) % 97;
    }
  }
  return rest;
}

/* Checks international bank account numbers of the same length, one after another. The first four characters count as the last
   ones, and the remainder must be 1. Returns how many are valid. */
int check_accounts(const char *accounts, int count, int length, char *valid) {
  int found = 0;
  char moved[64];
  for (int account = 0; account < count; account++) {
    for (int i = 0; i < length; i++) {
      moved[i] = accounts[account * length + (i + 4) % length];
    }
    valid[account] = remainder_97(moved, length) == 1;
    found += valid[account];
  }
  return found;
}
