#include <cmath>
#include <vector>

struct Place {
  double x;  // metres
  double y;
};

struct Antenna {
  double x;
  double y;
  double power;  // dBm
  double megahertz;
};

static double distance(Place place, Antenna antenna) {
  return std::sqrt(std::pow(place.x - antenna.x, 2) + std::pow(place.y - antenna.y, 2));
}

// The loss in free space, in dB.
static double path_loss(double metres, double megahertz) {
  if (metres < 1.0) metres = 1.0;
  return 20.0 * std::log10(metres / 1000.0) + 20.0 * std::log10(megahertz) + 32.45;
}

// The strongest signal at every place, in dBm; -120 is the noise below which there is none.
std::vector<double> strongest_signals(const std::vector<Place> &places, const std::vector<Antenna> &antennas) {
  std::vector<double> signals;
  for (const Place &place : places) {
    double strongest = -120.0;
    for (const Antenna &antenna : antennas) {
      double signal = antenna.power - path_loss(distance(place, antenna), antenna.megahertz);
      if (signal > strongest) {
        strongest = signal;
      }
    }
    signals.push_back(strongest);
  }
  return signals;
}
