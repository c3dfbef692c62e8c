/* The sum of all divisors of a number but the number itself. */
static int aliquot_sum(int number) {
  int sum = 0;
  for (int divisor = 1; divisor <= number / 2; divisor++) {
    if (number % divisor == 0) {
      sum += divisor;
    }
  }
  return sum;
}

/* In how many steps from a number to the sum of its divisors each sequence ends at 1, comes back to where it began, or exceeds the limit. */
void aliquot_sequences(const int *starts, int *steps, int count, int limit, int most_steps) {
  for (int i = 0; i < count; i++) {
    int value = starts[i];
    steps[i] = 0;
    while (value > 1 && value <= limit && steps[i] < most_steps) {
      value = aliquot_sum(value);
      steps[i]++;
      if (value == starts[i]) {
        break;
      }
    }
  }
}
