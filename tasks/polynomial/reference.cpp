#include <cmath>
#include <cstddef>
#include <vector>

// The values of a polynomial at many points; coefficients[k] belongs to x to the power of k.
std::vector<double> evaluate_polynomial(const std::vector<double> &coefficients, const std::vector<double> &points) {
  std::vector<double> values;
  for (double x : points) {
    double value = 0.0;
    for (std::size_t k = 0; k < coefficients.size(); k++) {
      value += coefficients[k] * std::pow(x, k);
    }
    values.push_back(value);
  }
  return values;
}
