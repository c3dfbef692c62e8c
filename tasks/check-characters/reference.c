/* The characters of the bar code Code 39, each at the place that is its value. */
static const char characters[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-. $/+%";

/* The check character of each label: the one whose value is the sum of all values modulo 43; what the code does not know counts nothing. */
void check_characters(const char *labels, int count, int length, char *checks) {
  for (int i = 0; i < count; i++) {
    const char *label = labels + i * length;
    int sum = 0;
    for (int k = 0; k < length; k++) {
      for (int value = 0; value < 43; value++) {
        if (characters[value] == label[k]) {
          sum = (sum + value) % 43;
          break;
        }
      }
    }
    checks[i] = characters[sum];
  }
}
