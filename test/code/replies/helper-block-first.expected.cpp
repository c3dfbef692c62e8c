#include <cstddef>
#include <vector>
#include <array>

static double square(double x) { return x * x; }

using Lanes = std::array<double, 4>;

static inline double fold(const Lanes& lanes) {
    return (lanes[0] + lanes[1]) + (lanes[2] + lanes[3]);
}

// Sum of squared differences.
double distance(const std::vector<double>& a, const std::vector<double>& b) {
    Lanes lanes{};
    std::size_t i = 0;
    for (; i + 4 <= a.size(); i += 4)
        for (int k = 0; k < 4; k++) lanes[k] += square(a[i + k] - b[i + k]);
    double total = fold(lanes);
    for (; i < a.size(); i++) total += square(a[i] - b[i]);
    return total;
}
