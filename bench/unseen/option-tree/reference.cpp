#include <algorithm>
#include <cmath>
#include <vector>

// What an American put option is worth, by a binomial tree: it can be exercised at every step.
double put_price(double spot, double strike, double rate, double volatility, double years, int steps) {
  double step_years = years / steps;
  double up = std::exp(volatility * std::sqrt(step_years));
  double down = 1.0 / up;
  std::vector<std::vector<double>> worth(steps + 1, std::vector<double>(steps + 1, 0.0));
  for (int step = steps; step >= 0; step--) {
    for (int ups = 0; ups <= step; ups++) {
      double exercise = std::max(0.0, strike - spot * std::pow(up, ups) * std::pow(down, step - ups));
      if (step == steps) {
        worth[step][ups] = exercise;
      } else {
        double chance = (std::exp(rate * step_years) - down) / (up - down);
        double hold = (chance * worth[step + 1][ups + 1] + (1.0 - chance) * worth[step + 1][ups]) * std::exp(-rate * step_years);
        worth[step][ups] = std::max(exercise, hold);
      }
    }
  }
  return worth[0][0];
}
