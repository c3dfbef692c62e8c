#include <cstddef>
#include <vector>

static double square(double x) { return x * x; }

// Sum of squared differences.
double distance(const std::vector<double>& a, const std::vector<double>& b) {
    double total = 0;
    for (std::size_t i = 0; i < a.size(); i++) total += square(a[i] - b[i]);
    return total;
}
