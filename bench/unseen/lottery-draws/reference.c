#include <stdbool.h>

static bool contains(const int *numbers, int count, int number) {
  for (int i = 0; i < count; i++) {
    if (numbers[i] == number) return true;
  }
  return false;
}

/* Compares tickets, each of picks numbers from 1 to 49, with the drawn ones. Stores how many are right on each ticket, and in
   winners how many tickets have so many right. A number that is twice on a ticket counts once. */
void count_hits(const int *tickets, int count, int picks, const int *drawn, int draws, int *hits, int *winners) {
  for (int i = 0; i <= picks; i++) {
    winners[i] = 0;
  }
  for (int ticket = 0; ticket < count; ticket++) {
    hits[ticket] = 0;
    for (int i = 0; i < picks; i++) {
      int number = tickets[ticket * picks + i];
      if (contains(tickets + ticket * picks, i, number)) continue;
      if (contains(drawn, draws, number)) hits[ticket]++;
    }
    winners[hits[ticket]]++;
  }
}
