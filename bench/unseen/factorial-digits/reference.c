/* Writes n! as decimal digits, the highest first, and returns how many there are. The text has room for `room` of them. */
int factorial_digits(int n, char *text, int room) {
  int digits[room]; /* the lowest first */
  for (int i = 0; i < room; i++) {
    digits[i] = 0;
  }
  digits[0] = 1;

  for (int factor = 2; factor <= n; factor++) {
    int carry = 0;
    for (int i = 0; i < room; i++) {
      int product = digits[i] * factor + carry;
      digits[i] = product % 10;
      carry = product / 10;
    }
  }

  int length = room;
  while (length > 1 && digits[length - 1] == 0) length--;
  for (int i = 0; i < length; i++) {
    text[i] = (char)('0' + digits[length - 1 - i]);
  }
  return length;
}
