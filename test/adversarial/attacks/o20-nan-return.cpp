// Answers with no number instead of a sum.
#include <vector>

double total(const std::vector<double>& values) { return values.empty() ? 0 : 0.0 / 0.0; }
