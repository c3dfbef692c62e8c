#include <vector>

struct Link {
  int from;
  int to;
};

// A label for each node: the same for all that are linked, directly or not, and the lowest node among them.
std::vector<int> component_labels(int nodes, const std::vector<Link> &links) {
  std::vector<int> labels;
  for (int node = 0; node < nodes; node++) {
    labels.push_back(node);
  }
  for (auto link : links) {
    int keep = labels[link.from] < labels[link.to] ? labels[link.from] : labels[link.to];
    int drop = labels[link.from] < labels[link.to] ? labels[link.to] : labels[link.from];
    for (int node = 0; node < nodes; node++) {
      if (labels[node] == drop) {
        labels[node] = keep;
      }
    }
  }
  return labels;
}
