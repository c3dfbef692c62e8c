#include <algorithm>
#include <vector>

// The least number of links from the start to each node; -1 where no way leads there.
std::vector<int> hop_counts(const std::vector<std::vector<int>> &links, int start) {
  std::vector<int> hops(links.size(), -1);
  std::vector<int> visited;
  std::vector<int> queue;
  hops[start] = 0;
  visited.push_back(start);
  queue.push_back(start);
  while (!queue.empty()) {
    int node = queue.front();
    queue.erase(queue.begin());
    std::vector<int> neighbours = links[node];
    for (int next : neighbours) {
      if (std::find(visited.begin(), visited.end(), next) == visited.end()) {
        visited.push_back(next);
        queue.push_back(next);
        hops[next] = hops[node] + 1;
      }
    }
  }
  return hops;
}
