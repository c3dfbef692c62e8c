#include <cstddef>
#include <vector>

static double square(double x) { return x * x; }

static double difference(double x, double y) { return x - y; }

// Sum of squared differences.
double distance(const std::vector<double>& a, const std::vector<double>& b) {
    double total = 0;
    for (std::size_t i = 0, n = a.size(); i < n; i++) {
        const double d = difference(a[i], b[i]);
        total += d * d;
    }
    return total;
}
