#include <ctype.h>
#include <string.h>

static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
static const char *const codes[] = {".-",    "-...",  "-.-.",  "-..",   ".",     "..-.",  "--.",   "....",  "..",
                                    ".---",  "-.-",   ".-..",  "--",    "-.",    "---",   ".--.",  "--.-",  ".-.",
                                    "...",   "-",     "..-",   "...-",  ".--",   "-..-",  "-.--",  "--..",  "-----",
                                    ".----", "..---", "...--", "....-", ".....", "-....", "--...", "---..", "----."};

/* Writes a message of n characters as dots and dashes with a blank after every letter and a slash between words. What has no
   code is left out. Returns the length of the result, which ends with a zero. */
int to_morse(const char *message, int n, char *morse) {
  strcpy(morse, "");
  for (int i = 0; i < n; i++) {
    if (message[i] == ' ') {
      strcat(morse, "/ ");
      continue;
    }
    for (size_t letter = 0; letter < strlen(letters); letter++) {
      if (letters[letter] == toupper((unsigned char)message[i])) {
        strcat(morse, codes[letter]);
        strcat(morse, " ");
      }
    }
  }
  return (int)strlen(morse);
}
