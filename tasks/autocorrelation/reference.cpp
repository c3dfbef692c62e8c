#include <cstddef>
#include <vector>

static double mean_of(const std::vector<double> &series) {
  double sum = 0.0;
  for (std::size_t t = 0; t < series.size(); t++) {
    sum += series[t];
  }
  return sum / series.size();
}

static double variation_of(const std::vector<double> &series) {
  double mean = mean_of(series);
  double sum = 0.0;
  for (std::size_t t = 0; t < series.size(); t++) {
    sum += (series[t] - mean) * (series[t] - mean);
  }
  return sum;
}

// How alike a series is to itself after 0, 1, 2, ... steps.
std::vector<double> autocorrelation(const std::vector<double> &series, int lags) {
  std::vector<double> correlations;
  for (int lag = 0; lag < lags; lag++) {
    double mean = mean_of(series);
    double sum = 0.0;
    for (std::size_t t = lag; t < series.size(); t++) {
      sum += (series[t] - mean) * (series[t - lag] - mean);
    }
    correlations.push_back(sum / variation_of(series));
  }
  return correlations;
}
