/**
 * Small functions of the kinds that people have, each kind written twice by different hands: other names, other types, other
 * spelling of the same loops.
 */
export interface Snippet {
  readonly kind: string;
  readonly language: "c" | "c++";
  readonly text: string;
}

export const snippets: readonly Snippet[] = [
  {
    kind: "matrix product",
    language: "c++",
    text: `void gemm(int M, int N, int K, const double* A, const double* B, double* C) {
      for (int i = 0; i < M; i++)
        for (int j = 0; j < N; j++) {
          double sum = 0;
          for (int k = 0; k < K; k++) sum += A[i * K + k] * B[k * N + j];
          C[i * N + j] = sum;
        }
    }`,
  },
  {
    kind: "matrix product",
    language: "c",
    text: `void multiply(size_t rows, size_t inner, size_t cols, const float *left, const float *right, float *out) {
      size_t r, c, t;
      for (r = 0; r < rows; ++r) {
        for (c = 0; c < cols; ++c) {
          out[r * cols + c] = 0.0f;
          for (t = 0; t < inner; ++t) {
            out[r * cols + c] = out[r * cols + c] + left[r * inner + t] * right[t * cols + c];
          }
        }
      }
    }`,
  },
  {
    kind: "stencil",
    language: "c",
    text: `void blur(int h, int w, const float *in, float *out) {
      for (int y = 1; y < h - 1; y++)
        for (int x = 1; x < w - 1; x++)
          out[y * w + x] = 0.2f * (in[y * w + x] + in[(y - 1) * w + x] + in[(y + 1) * w + x]
            + in[y * w + x - 1] + in[y * w + x + 1]);
    }`,
  },
  {
    kind: "stencil",
    language: "c++",
    text: `void relax(std::size_t ny, std::size_t nx, const double* grid, double* next) {
      for (std::size_t col = 1; col + 1 < nx; ++col) {
        for (std::size_t row = 1; row + 1 < ny; ++row) {
          const double up = grid[(row - 1) * nx + col];
          const double down = grid[(row + 1) * nx + col];
          const double left = grid[row * nx + col - 1];
          const double right = grid[row * nx + col + 1];
          next[row * nx + col] = 0.25 * (up + down + left + right);
        }
      }
    }`,
  },
  {
    kind: "prefix sum",
    language: "c",
    text: `void prefix(const long *x, long *y, int n) {
      for (int i = 0; i < n; i++) {
        long s = 0;
        for (int j = 0; j <= i; j++) s += x[j];
        y[i] = s;
      }
    }`,
  },
  {
    kind: "prefix sum",
    language: "c++",
    text: `std::vector<int> running(const std::vector<int>& values) {
      std::vector<int> totals;
      for (size_t end = 0; end < values.size(); ++end) {
        int total = 0;
        for (size_t at = 0; at <= end; ++at) { total += values[at]; }
        totals.push_back(total);
      }
      return totals;
    }`,
  },
  {
    kind: "text scan",
    language: "c",
    text: `int vowels(const char *text) {
      int found = 0;
      for (size_t i = 0; i < strlen(text); i++) {
        if (text[i] == 'a' || text[i] == 'e' || text[i] == 'i' || text[i] == 'o' || text[i] == 'u') found++;
      }
      return found;
    }`,
  },
  {
    kind: "text scan",
    language: "c",
    text: `long count_blank(const char *line) {
      long blanks = 0;
      size_t at;
      for (at = 0; at < strlen(line); ++at)
        if (line[at] == ' ' || line[at] == '\\t' || line[at] == '\\n') blanks += 1;
      return blanks;
    }`,
  },
  {
    kind: "string building",
    language: "c++",
    text: `std::string join(const std::vector<std::string>& parts, const std::string& separator) {
      std::string result;
      for (size_t i = 0; i < parts.size(); i++) {
        if (i > 0) result = result + separator;
        result = result + parts[i];
      }
      return result;
    }`,
  },
  {
    kind: "string building",
    language: "c++",
    text: `std::string table(const std::vector<std::string>& cells) {
      std::string out = "";
      for (const std::string& cell : cells) {
        if (!out.empty()) out = out + ",";
        out = out + cell;
      }
      return out;
    }`,
  },
  {
    kind: "edit distance",
    language: "c++",
    text: `int distance(const std::string& a, const std::string& b) {
      std::vector<std::vector<int>> d(a.size() + 1, std::vector<int>(b.size() + 1));
      for (size_t i = 0; i <= a.size(); i++) d[i][0] = i;
      for (size_t j = 0; j <= b.size(); j++) d[0][j] = j;
      for (size_t i = 1; i <= a.size(); i++)
        for (size_t j = 1; j <= b.size(); j++)
          d[i][j] = std::min(std::min(d[i-1][j] + 1, d[i][j-1] + 1), d[i-1][j-1] + (a[i-1] == b[j-1] ? 0 : 1));
      return d[a.size()][b.size()];
    }`,
  },
  {
    kind: "edit distance",
    language: "c++",
    text: `size_t longest_common(const std::string& first, const std::string& second) {
      std::vector<std::vector<size_t>> best(first.size() + 1, std::vector<size_t>(second.size() + 1, 0));
      for (size_t p = 1; p <= first.size(); ++p) {
        for (size_t q = 1; q <= second.size(); ++q) {
          if (first[p - 1] == second[q - 1]) best[p][q] = best[p - 1][q - 1] + 1;
          else best[p][q] = std::max(best[p - 1][q], best[p][q - 1]);
        }
      }
      return best[first.size()][second.size()];
    }`,
  },
  {
    kind: "bit count",
    language: "c",
    text: `int bits(const unsigned *w, int n) {
      int total = 0;
      for (int i = 0; i < n; i++) {
        unsigned v = w[i];
        while (v) { total += v & 1; v >>= 1; }
      }
      return total;
    }`,
  },
  {
    kind: "bit count",
    language: "c",
    text: `long ones(const uint64_t *words, size_t length) {
      long sum = 0;
      for (size_t k = 0; k < length; ++k) {
        for (int b = 0; b < 64; ++b) {
          if ((words[k] >> b) & 1) sum++;
        }
      }
      return sum;
    }`,
  },
  {
    kind: "sparse product",
    language: "c",
    text: `void spmv(int rows, const int *start, const int *column, const double *value, const double *x, double *y) {
      for (int r = 0; r < rows; r++) {
        double dot = 0;
        for (int p = start[r]; p < start[r + 1]; p++) dot += value[p] * x[column[p]];
        y[r] = dot;
      }
    }`,
  },
  {
    kind: "sparse product",
    language: "c++",
    text: `void csr(size_t n, const uint32_t* offsets, const uint32_t* targets, const float* weights, const float* in, float* out) {
      for (size_t node = 0; node < n; ++node) {
        out[node] = 0;
        for (uint32_t edge = offsets[node]; edge < offsets[node + 1]; ++edge) {
          out[node] += weights[edge] * in[targets[edge]];
        }
      }
    }`,
  },
  {
    kind: "n-body",
    language: "c",
    text: `void forces(int n, const double *px, const double *py, const double *m, double *fx, double *fy) {
      for (int i = 0; i < n; i++) {
        fx[i] = fy[i] = 0;
        for (int j = 0; j < n; j++) {
          if (i == j) continue;
          double dx = px[j] - px[i], dy = py[j] - py[i];
          double d = sqrt(dx * dx + dy * dy + 1e-9);
          fx[i] += m[j] * dx / (d * d * d);
          fy[i] += m[j] * dy / (d * d * d);
        }
      }
    }`,
  },
  {
    kind: "n-body",
    language: "c++",
    text: `struct Star { float x, y, z, mass; };
    void pull(const std::vector<Star>& stars, std::vector<float>& ax) {
      for (size_t a = 0; a < stars.size(); ++a) {
        float total = 0;
        for (size_t b = 0; b < stars.size(); ++b) {
          if (a == b) continue;
          float dx = stars[b].x - stars[a].x;
          float dy = stars[b].y - stars[a].y;
          float dz = stars[b].z - stars[a].z;
          float r = std::sqrt(dx * dx + dy * dy + dz * dz + 0.01f);
          total += stars[b].mass * dx / (r * r * r);
        }
        ax[a] = total;
      }
    }`,
  },
];
