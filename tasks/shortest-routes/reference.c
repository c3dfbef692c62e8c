/* Turns a table of direct distances, row by row, into one of the shortest distances by way of any other place. */
void shortest_routes(int *distance, int places) {
  for (int via = 0; via < places; via++) {
    for (int to = 0; to < places; to++) {
      for (int from = 0; from < places; from++) {
        if (distance[from * places + via] + distance[via * places + to] < distance[from * places + to]) {
          distance[from * places + to] = distance[from * places + via] + distance[via * places + to];
        }
      }
    }
  }
}
