#include <stdio.h>
#include <string.h>

/* Reads count groups of five characters, each followed by one more. A group is a digit that says what is measured, a digit that is
   1 below zero, and three digits of the value. Slashes stand for what is missing; such a group is skipped. Stores the sum, the
   lowest and the highest value of each of the ten measures and returns the number of groups read. */
int read_groups(const char *telegram, int count, long *sum, int *lowest, int *highest) {
  int read = 0;
  for (int measure = 0; measure < 10; measure++) {
    sum[measure] = 0;
    lowest[measure] = 1000;
    highest[measure] = -1000;
  }
  for (int i = 0; i < count; i++) {
    char group[6];
    int measure, sign, value;
    strncpy(group, telegram + 6 * i, 5);
    group[5] = '\0';
    if (strchr(group, '/') != NULL) continue;
    if (sscanf(group, "%1d%1d%3d", &measure, &sign, &value) != 3) continue;
    if (sign == 1) value = -value;
    sum[measure] += value;
    if (value < lowest[measure]) lowest[measure] = value;
    if (value > highest[measure]) highest[measure] = value;
    read++;
  }
  return read;
}
