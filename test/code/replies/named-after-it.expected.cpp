#include <cstddef>
#include <vector>

static double square(double x) { return x * x; }

// Sum of squared differences.
double distance(const std::vector<double>& a, const std::vector<double>& b) {
    const double* x = a.data();
    const double* y = b.data();
    double total = 0;
    for (std::size_t i = 0, n = a.size(); i < n; i++) {
        const double d = x[i] - y[i];
        total += d * d;
    }
    return total;
}
