#include <ctype.h>

/* Enciphers n characters: each letter moves on in the alphabet by the next letter of the key, which starts again at its end. All
   other characters stay and use up no letter of the key. Returns how many letters there were. */
int encipher(const char *letter, int n, const char *key, int key_length, char *result) {
  int used = 0;
  for (int i = 0; i < n; i++) {
    char c = letter[i];
    if (isalpha((unsigned char)c)) {
      int shift = toupper((unsigned char)key[used % key_length]) - 'A';
      if (isupper((unsigned char)c)) {
        result[i] = (char)((c - 'A' + shift) % 26 + 'A');
      } else {
        result[i] = (char)((c - 'a' + shift) % 26 + 'a');
      }
      used++;
    } else {
      result[i] = c;
    }
  }
  return used;
}
