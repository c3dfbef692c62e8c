#include <math.h>

struct star {
  double right_ascension; /* in radians */
  double declination;
  double magnitude;
};

static double separation(const struct star *a, const struct star *b) {
  double cosine = sin(a->declination) * sin(b->declination) +
                  cos(a->declination) * cos(b->declination) * cos(a->right_ascension - b->right_ascension);
  if (cosine > 1) cosine = 1;
  if (cosine < -1) cosine = -1;
  return acos(cosine);
}

/* Counts for every star those not farther from it than widest, among the stars that are no fainter than faintest. Returns the
   number of pairs. */
int close_neighbours(const struct star *stars, int n, double widest, double faintest, int *neighbours) {
  int pairs = 0;
  for (int i = 0; i < n; i++) {
    neighbours[i] = 0;
  }
  for (int i = 0; i < n; i++) {
    for (int j = i + 1; j < n; j++) {
      if (separation(&stars[i], &stars[j]) <= widest && stars[i].magnitude <= faintest && stars[j].magnitude <= faintest) {
        neighbours[i]++;
        neighbours[j]++;
        pairs++;
      }
    }
  }
  return pairs;
}
