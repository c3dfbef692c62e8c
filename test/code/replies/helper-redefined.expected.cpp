#include <cstddef>
#include <vector>

static inline double square(double value) { return value * value; }

// Sum of squared differences.
double distance(const std::vector<double>& a, const std::vector<double>& b) {
    const double* x = a.data();
    const double* y = b.data();
    double total = 0;
    for (std::size_t i = 0, n = a.size(); i < n; i++) {
        const double d = x[i] - y[i];
        total += square(d);
    }
    return total;
}
