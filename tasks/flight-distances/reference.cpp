#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

struct Airport {
  double latitude;
  double longitude;
};

static double radians(double degrees) { return degrees * 3.14159265358979323846 / 180.0; }

// The distances in kilometres between all airports along great circles, row by row.
std::vector<double> flight_distances(const std::vector<Airport> &airports) {
  std::vector<double> distances;
  for (std::size_t i = 0; i < airports.size(); i++) {
    for (std::size_t j = 0; j < airports.size(); j++) {
      double north = std::sin(radians(airports[j].latitude - airports[i].latitude) / 2);
      double east = std::sin(radians(airports[j].longitude - airports[i].longitude) / 2);
      double haversine = std::pow(north, 2) + std::cos(radians(airports[i].latitude)) *
                                                  std::cos(radians(airports[j].latitude)) * std::pow(east, 2);
      distances.push_back(2 * 6371.0 * std::asin(std::sqrt(std::min(1.0, haversine))));
    }
  }
  return distances;
}
