#include <vector>

// How many ways there are to choose k things of n, as the remainder by a modulus.
int choose(int n, int k, int modulus) {
  std::vector<std::vector<long>> triangle(n + 1, std::vector<long>(k + 1, 0));
  for (int i = 0; i <= n; i++) {
    triangle[i][0] = 1;
    for (int j = 1; j <= k && j <= i; j++) {
      triangle[i][j] = (triangle[i - 1][j - 1] + triangle[i - 1][j]) % modulus;
    }
  }
  return triangle[n][k];
}
