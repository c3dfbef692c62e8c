/* Lets a string swing that is fixed at both ends, from its shape at the start to the one after some steps. `bridge` records how
   steep it is at its end. */
void pluck_string(double *height, int points, int steps, double speed, double spacing, double time_step, double damping,
                  double *bridge) {
  double before[points], after[points];
  height[0] = height[points - 1] = 0.0;
  for (int i = 0; i < points; i++) {
    before[i] = height[i];
    after[i] = 0.0;
  }
  for (int step = 0; step < steps; step++) {
    for (int i = 1; i < points - 1; i++) {
      double bend = (height[i - 1] - 2.0 * height[i] + height[i + 1]) / (spacing * spacing);
      after[i] = 2.0 * height[i] - before[i] + speed * speed * bend * time_step * time_step;
    }
    for (int i = 1; i < points - 1; i++) {
      after[i] -= damping * time_step * (after[i] - before[i]) / 2.0;
    }
    for (int i = 0; i < points; i++) {
      before[i] = height[i];
    }
    for (int i = 0; i < points; i++) {
      height[i] = after[i];
    }
    bridge[step] = (height[points - 2] - height[points - 1]) / spacing;
  }
}
