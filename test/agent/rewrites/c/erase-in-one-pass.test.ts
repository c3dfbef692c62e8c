import { describe, expect, it } from "vitest";
import { eraseInOnePass } from "../../../../src/agent/rewrites/c/erase-in-one-pass.ts";
import { expectSameResults, opportunitiesIn } from "../same-results.ts";

describe("erase-in-one-pass", () => {
  it("keeps the same elements", async () => {
    await expectSameResults(eraseInOnePass, [
      {
        language: "c++",
        function: "prune",
        source: `#include <string>
#include <vector>
struct Job { std::string name; int age; };
void prune(std::vector<Job> &jobs, std::vector<double> &times, int limit)
{
    for (size_t i = 0; i < jobs.size();)
    {
        if (jobs[i].age > limit || jobs[i].name.empty())
            jobs.erase(jobs.begin() + i);
        else
            i++;
    }
    for (int i = 0; i < (int)times.size();) {
        if (times[i] >= 0) {
            ++i;
        } else {
            times.erase(times.begin() + i);
        }
    }
}`,
        drive: `void drive() { std::vector<Job> j{{"a", 1}, {"b", 9}, {"", 1}, {"c", 2}}, e; std::vector<double> t{-1, 2, -3, 4, 5}, f; prune(e, f, 1); prune(j, t, 5); for (auto &x : j) std::printf("%s ", x.name.c_str()); for (double x : t) std::printf("%g ", x); }`,
      },
    ]);
  });

  it("keeps loops whose test looks at neighbours or positions", async () => {
    const source = `#include <vector>
int f(std::vector<int> &v) {
  for (size_t i = 0; i < v.size();) { if (v[i] == v[0]) v.erase(v.begin() + i); else i++; }
  for (size_t i = 0; i < v.size();) { if (v[i] > (int)i) v.erase(v.begin() + i); else i++; }
  for (size_t i = 0; i < v.size();) { if (v[i] > (int)v.size()) v.erase(v.begin() + i); else i++; }
  for (size_t i = 0; i < v.size(); i++) { if (v[i] > 3) v.erase(v.begin() + i); }
  return v.size();
}`;
    expect(await opportunitiesIn(eraseInOnePass, "c++", source, "f")).toEqual([]);
  });
});
