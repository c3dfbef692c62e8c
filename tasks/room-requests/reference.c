struct request {
  int room;
  int start;
  int minutes;
};

/* Marks the requests that overlap another one for the same room, and counts them. */
int mark_clashes(const struct request *requests, int count, int *clashes) {
  int clashing = 0;
  for (int i = 0; i < count; i++) {
    int end = requests[i].start + requests[i].minutes;
    int clash = 0;
    for (int j = 0; j < count; j++) {
      if (j != i && requests[j].room == requests[i].room && requests[j].start < end &&
          requests[i].start < requests[j].start + requests[j].minutes) {
        clash = 1;
      }
    }
    clashes[i] = clash;
    clashing += clash;
  }
  return clashing;
}
