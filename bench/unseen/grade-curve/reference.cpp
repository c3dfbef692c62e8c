#include <cmath>
#include <vector>

static double mean(const std::vector<double> &points) {
  double sum = 0;
  for (double p : points) sum += p;
  return sum / static_cast<double>(points.size());
}

static double deviation(const std::vector<double> &points) {
  double sum = 0;
  for (double p : points) sum += std::pow(p - mean(points), 2);
  return std::sqrt(sum / static_cast<double>(points.size()));
}

// Moves the points of an examination so that their mean is 70 and their standard deviation 12, within 0 and 100.
std::vector<double> curved_grades(const std::vector<double> &points) {
  std::vector<double> grades;
  double spread = deviation(points);
  for (double p : points) {
    double grade = 70;
    if (spread > 0) grade = 70 + 12 * (p - mean(points)) / spread;
    if (grade < 0) grade = 0;
    if (grade > 100) grade = 100;
    grades.push_back(grade);
  }
  return grades;
}
