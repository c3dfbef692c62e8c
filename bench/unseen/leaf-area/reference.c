struct pixel {
  unsigned char red, green, blue;
};

static int largest(struct pixel p) {
  int most = p.red;
  if (p.green > most) most = p.green;
  if (p.blue > most) most = p.blue;
  return most;
}

static int smallest(struct pixel p) {
  int least = p.red;
  if (p.green < least) least = p.green;
  if (p.blue < least) least = p.blue;
  return least;
}

/* The hue in degrees: red is 0, green 120, blue 240. */
static double hue(struct pixel p) {
  int most = largest(p), least = smallest(p);
  if (most == least) return 0;
  if (most == p.green) return 120.0 + 60.0 * (p.blue - p.red) / (most - least);
  if (most == p.red) return 60.0 * (p.green - p.blue) / (most - least) + (p.green < p.blue ? 360.0 : 0.0);
  return 240.0 + 60.0 * (p.red - p.green) / (most - least);
}

static double saturation(struct pixel p) {
  int most = largest(p), least = smallest(p);
  return most == 0 ? 0.0 : (double)(most - least) / most;
}

/* Marks the pixels of a leaf: green, and neither pale nor dark. Returns how many there are. */
int leaf_pixels(const struct pixel *photo, int n, unsigned char *mask) {
  int count = 0;
  for (int i = 0; i < n; i++) {
    mask[i] = 0;
    if (hue(photo[i]) >= 75.0 && hue(photo[i]) <= 165.0 && saturation(photo[i]) > 0.25 && largest(photo[i]) > 40) {
      mask[i] = 255;
      count++;
    }
  }
  return count;
}
