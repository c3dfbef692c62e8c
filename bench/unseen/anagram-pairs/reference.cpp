#include <algorithm>
#include <cstddef>
#include <string>
#include <vector>

static std::string sorted_letters(std::string word) {
  std::sort(word.begin(), word.end());
  return word;
}

static bool are_anagrams(std::string one, std::string other) {
  return sorted_letters(one) == sorted_letters(other);
}

// How many pairs of words are made of the same letters.
int anagram_pairs(const std::vector<std::string> &words) {
  int pairs = 0;
  for (std::size_t i = 0; i < words.size(); i++) {
    for (std::size_t j = i + 1; j < words.size(); j++) {
      if (are_anagrams(words[i], words[j])) {
        pairs++;
      }
    }
  }
  return pairs;
}
