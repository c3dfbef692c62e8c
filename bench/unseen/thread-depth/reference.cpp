#include <cstddef>
#include <vector>

static int answered_by(const std::vector<int> &back, int post) {
  if (back[post] == 0 || back[post] > post) return -1;
  return post - back[post];
}

// How deep each post of a forum lies in its thread. back[i] says how many posts before post i the one is that it answers;
// 0, or more than there are, where it answers none.
std::vector<int> thread_depths(const std::vector<int> &back) {
  std::vector<int> depths;
  for (std::size_t i = 0; i < back.size(); i++) {
    int depth = 0;
    int post = answered_by(back, static_cast<int>(i));
    while (post != -1) {
      depth++;
      post = answered_by(back, post);
    }
    depths.push_back(depth);
  }
  return depths;
}
