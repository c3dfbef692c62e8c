struct ship {
  int arrival; /* the hour */
  int stay;    /* in hours */
  int tonnes;
};

/* The tonnes of cargo that lie in a harbour at every hour. Returns the hour at which they are most, -1 where there is none. */
int harbour_load(const struct ship *ships, int ship_count, int *load, int hours) {
  int busiest = -1;
  for (int hour = 0; hour < hours; hour++) {
    load[hour] = 0;
    for (const struct ship *ship = ships; ship < ships + ship_count; ship++) {
      if (hour < ship->arrival) continue;
      if (hour >= ship->arrival + ship->stay) continue;
      load[hour] += ship->tonnes;
    }
    if (busiest < 0 || load[hour] > load[busiest]) busiest = hour;
  }
  return busiest;
}
