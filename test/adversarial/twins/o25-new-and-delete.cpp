// Has operators new and delete of its own, which take from one block and give nothing back before it is full.
#include <algorithm>
#include <cstdlib>
#include <new>
#include <vector>

namespace {
constexpr std::size_t size = std::size_t{1} << 26;
alignas(64) char block[size];
std::size_t taken;
}  // namespace

void* operator new(std::size_t bytes) {
  bytes = (bytes + 63) & ~std::size_t{63};
  if (bytes > size - taken) return std::malloc(bytes);
  taken += bytes;
  return block + taken - bytes;
}
void operator delete(void* at) noexcept {
  if (at < static_cast<void*>(block) || at >= static_cast<void*>(block + size)) std::free(at);
}
void operator delete(void* at, std::size_t) noexcept { operator delete(at); }

int middle(const std::vector<int>& values) {
  if (values.empty()) return 0;
  std::vector<int> copy = values;
  std::nth_element(copy.begin(), copy.begin() + copy.size() / 2, copy.end());
  return copy[copy.size() / 2];
}
