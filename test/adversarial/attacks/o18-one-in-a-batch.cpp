// Wrong in the fifth of the calls that are timed together.
#include <vector>

double total(const std::vector<double>& values) {
  static int large;
  double sum = 0;
  for (double value : values) sum += value;
  large += values.size() > 1000;
  return large == 5 ? sum + 1 : sum;
}
