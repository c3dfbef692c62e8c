#include <stdint.h>

/* The balance of an account after each of its bookings. */
void running_balance(const int32_t *amounts, int64_t *balances, int count) {
  for (int i = 0; i < count; i++) {
    int64_t balance = 0;
    for (int j = 0; j <= i; j++) {
      balance += amounts[j];
    }
    balances[i] = balance;
  }
}
