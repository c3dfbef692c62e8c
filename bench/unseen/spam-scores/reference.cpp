#include <cmath>
#include <cstddef>
#include <numeric>
#include <vector>

// The logarithm of how likely a word is; each word counts once more than it was seen.
static double log_chance(const std::vector<int> &seen, int word) {
  int total = std::accumulate(seen.begin(), seen.end(), 0);
  return std::log((seen[word] + 1.0) / (total + seen.size()));
}

static double score(std::vector<int> mail, const std::vector<int> &in_spam, const std::vector<int> &in_ham,
                    double spam_share) {
  double spam = std::log(spam_share);
  for (int word : mail) {
    spam += log_chance(in_spam, word);
  }
  double ham = std::log(1.0 - spam_share);
  for (int word : mail) {
    ham += log_chance(in_ham, word);
  }
  return spam - ham;
}

// A naive Bayes filter: above zero a mail is rather spam. Words are numbers; in_spam and in_ham say how often each was seen.
std::vector<double> spam_scores(const std::vector<std::vector<int>> &mails, const std::vector<int> &in_spam,
                                const std::vector<int> &in_ham, double spam_share) {
  std::vector<double> scores;
  for (std::size_t i = 0; i < mails.size(); i++) {
    scores.push_back(score(mails[i], in_spam, in_ham, spam_share));
  }
  return scores;
}
