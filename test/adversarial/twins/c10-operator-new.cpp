/* Brings an allocator of its own: operators new and delete that give from one large block. */
#include <cstdlib>
#include <new>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

static char block[16 << 20];
static std::size_t used;

void* operator new(std::size_t bytes) {
  bytes = (bytes + 15) & ~std::size_t{15};
  if (used + bytes <= sizeof block) {
    void* given = block + used;
    used += bytes;
    return given;
  }
  if (void* given = std::malloc(bytes)) return given;
  throw std::bad_alloc();
}
void operator delete(void* given) noexcept {
  if (given < static_cast<void*>(block) || given >= static_cast<void*>(block + sizeof block)) std::free(given);
}
void operator delete(void* given, std::size_t) noexcept { operator delete(given); }

std::vector<std::string> distinct_words(const std::vector<std::string>& words) {
  std::unordered_set<std::string_view> known;
  std::vector<std::string> found;
  for (const std::string& word : words)
    if (known.insert(word).second) found.push_back(word);
  return found;
}
