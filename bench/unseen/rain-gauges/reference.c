/* For every station, from a table with a row a day and a column a station: the most days in a row with less than a tenth of a
   millimetre, and the most rain on one day. */
void dry_spells(const float *rain, int days, int stations, int *longest, float *most) {
  for (int station = 0; station < stations; station++) {
    int dry = 0;
    longest[station] = 0;
    most[station] = 0;
    for (int day = 0; day < days; day++) {
      float today = rain[day * stations + station];
      if (today < 0.1f) {
        dry++;
        if (dry > longest[station]) longest[station] = dry;
      } else {
        dry = 0;
      }
      if (today > most[station]) most[station] = today;
    }
  }
}
