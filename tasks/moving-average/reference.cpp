#include <vector>

// The mean of every run of `window` neighbouring samples.
std::vector<double> moving_average(const std::vector<double> &samples, int window) {
  std::vector<double> means;
  int count = static_cast<int>(samples.size());
  for (int i = 0; i + window <= count; i++) {
    double sum = 0.0;
    for (int j = i; j < i + window; j++) {
      sum += samples[j];
    }
    means.push_back(sum / window);
  }
  return means;
}
