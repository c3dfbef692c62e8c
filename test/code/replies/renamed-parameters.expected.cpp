#include <cstddef>
#include <vector>

static double square(double x) { return x * x; }

// Sum of squared differences.
double distance(const std::vector<double>& left, const std::vector<double>& right) {
    const double* x = left.data();
    const double* y = right.data();
    double total = 0;
    for (std::size_t i = 0, n = left.size(); i < n; i++) {
        const double d = x[i] - y[i];
        total += d * d;
    }
    return total;
}
