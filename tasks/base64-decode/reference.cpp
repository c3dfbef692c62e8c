#include <string>

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

static int value_of(char letter) {
  for (int i = 0; i < 64; i++) {
    if (alphabet[i] == letter) return i;
  }
  return -1;
}

// The bytes behind a text in base 64; line breaks and whatever else is no digit is skipped.
std::string decode_base64(const std::string &text) {
  std::string bytes;
  unsigned pending = 0;
  int bits = 0;
  for (char letter : text) {
    if (value_of(letter) < 0) continue;
    pending = (pending << 6) | value_of(letter);
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      bytes += static_cast<char>((pending >> bits) & 0xff);
    }
  }
  return bytes;
}
