#include <cstddef>
#include <vector>
#include <numeric>

static double square(double x) { return x * x; }

static double scale = 1.0;

using namespace std;

// Sum of squared differences.
double distance(const vector<double>& a, const vector<double>& b) {
    return scale * inner_product(a.begin(), a.end(), b.begin(), 0.0, plus<>(), [](double x, double y) { return square(x - y); });
}
