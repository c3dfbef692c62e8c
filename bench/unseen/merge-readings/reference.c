/* Merges two sorted lists of times into one. A time that is in both is taken once. Returns how many there are. */
int merge_times(const int *first, int first_count, const int *second, int second_count, int *merged) {
  int i = 0, j = 0, count = 0;
  while (i < first_count || j < second_count) {
    if (i == first_count) {
      merged[count++] = second[j++];
    } else if (j == second_count) {
      merged[count++] = first[i++];
    } else if (first[i] < second[j]) {
      merged[count++] = first[i++];
    } else if (second[j] < first[i]) {
      merged[count++] = second[j++];
    } else {
      merged[count++] = first[i++];
      j++;
    }
  }
  return count;
}
