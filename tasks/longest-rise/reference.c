/* The length of the longest selection of heights that rises throughout; `rises` has room for one number a height. */
int longest_rise(const int *heights, int count, int *rises) {
  int longest = 0;
  for (int i = 0; i < count; i++) {
    rises[i] = 1;
    for (int j = 0; j < i; j++) {
      if (heights[j] < heights[i] && rises[j] + 1 > rises[i]) {
        rises[i] = rises[j] + 1;
      }
    }
    if (rises[i] > longest) {
      longest = rises[i];
    }
  }
  return longest;
}
