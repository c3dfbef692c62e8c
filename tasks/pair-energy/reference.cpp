#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

struct Atom {
  double x, y, z;
};

static double distance(const Atom &a, const Atom &b) {
  return std::sqrt(std::pow(a.x - b.x, 2) + std::pow(a.y - b.y, 2) + std::pow(a.z - b.z, 2));
}

// The Lennard-Jones energy of a gas. Beyond the cutoff there is none, and no pair counts as nearer than half an atom's size.
double pair_energy(const std::vector<Atom> &atoms, double size, double depth, double cutoff) {
  double energy = 0.0;
  for (std::size_t i = 0; i < atoms.size(); i++) {
    for (std::size_t j = 0; j < atoms.size(); j++) {
      if (i != j && distance(atoms[i], atoms[j]) < cutoff) {
        double ratio = size / std::max(distance(atoms[i], atoms[j]), size / 2);
        energy += 4.0 * depth * (std::pow(ratio, 12) - std::pow(ratio, 6));
      }
    }
  }
  return energy / 2;
}
