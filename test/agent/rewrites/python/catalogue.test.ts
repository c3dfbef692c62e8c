import { spawnSync } from "node:child_process";
import { beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { pythonRewrites } from "../../../../src/agent/rewrites/python/catalogue.ts";
import type { Opportunity } from "../../../../src/agent/rewrites/rewrite.ts";
import { loadGrammarsOf } from "../../../../src/code/parser.ts";
import { openSubject } from "../../../../src/code/subject.ts";

interface Example {
  readonly rewrite: string;
  readonly source: string;
  /** Lists of arguments, as Python writes them. */
  readonly inputs: readonly string[];
  /** Part of what comes out. */
  readonly made: string;
  readonly assumptions: number;
}

const examples: readonly Example[] = [
  {
    rewrite: "python-membership-set",
    source: `def f(xs):
    seen = []
    twice = []
    for x in xs:
        if x not in seen:
            seen.append(x)
        else:
            twice.append(x)
    return seen, twice
`,
    inputs: ["[]", "[3, 1, 3, 2, 1]", "'abracadabra'", "[1, True, 1.0, (2,), None]"],
    made: "            seen.append(x)\n            seen_set.add(x)\n",
    assumptions: 1,
  },
  {
    rewrite: "python-membership-set",
    source: `def f(n):
\tstops = ["3", "7", str(n)]
\ttotal = 0
\tfor i in range(n):
\t\tfor c in str(i):
\t\t\tif c in stops: total += 1
\treturn total
`,
    inputs: ["0", "5", "40"],
    made: "\tstops_set = set(stops)\n\tfor i in range(n):\n\t\tfor c in str(i):\n\t\t\tif c in stops_set:",
    assumptions: 0,
  },
  {
    rewrite: "python-membership-set",
    source: `def f(xs, known):
    n = 0
    for x in xs:
        if x in known:
            n += 1
    return n
`,
    inputs: ["[], []", "[1, 2, 3], [2, 5]", "'abc', ('a', 'z')", "[1, 2], {1: 2}"],
    made: "    known_set = set(known)\n    for x in xs:\n        if x in known_set:",
    assumptions: 2,
  },
  {
    rewrite: "python-membership-set",
    source: `def f(xs, ys):
    ys = ys or []
    both = [x for x in xs if x % 2]
    return [y for y in xs if y not in both]
`,
    inputs: ["[], []", "[1, 2, 3, 4], [2, 5]"],
    made: "    both_set = set(both)\n    return [y for y in xs if y not in both_set]\n",
    assumptions: 1,
  },
  {
    rewrite: "python-membership-set",
    source: `def f(edges):
    visited = [0]
    for edge in edges:
        if edge[1] not in visited:
            visited.append(edge[1])
    return visited
`,
    inputs: ["[]", "[(0, 1), (1, 0), (1, 2), (2, 1)]"],
    made: "            visited.append(edge[1])\n            visited_set.add(edge[1])\n",
    assumptions: 1,
  },
  {
    rewrite: "python-string-join",
    source: `def f(xs):
    text = ">"
    for x in xs:
        if x % 2:
            text += str(x)
        text += f"{x},"
    return text
`,
    inputs: ["[]", "range(10)", "[5, -1, 10**20]"],
    made: '    text_parts = [text]\n    for x in xs:\n        if x % 2:\n            text_parts.append(str(x))\n        text_parts.append(f"{x},")\n    text = "".join(text_parts)\n',
    assumptions: 0,
  },
  {
    rewrite: "python-compiled-pattern",
    source: `"""Words."""
import re

def f(lines):
    n = 0
    for line in lines:
        if re.match(r"\\w+", line) and not re.search("x", line, flags=re.I):
            n += len(re.sub(r"\\w+", "-", line, count=1))
    return n
`,
    inputs: ["[]", '["ab cd", " ab", "aXb", "b c d"]'],
    made: 'pattern = re.compile(r"\\w+")\n    for line in lines:\n        if pattern.match(line) and not re.search("x", line, flags=re.I):\n            n += len(pattern.sub("-", line, count=1))',
    assumptions: 1,
  },
  {
    rewrite: "python-comprehension",
    source: `def f(rows):
    out = []
    for row in rows:
        for x in row:
            if x > 0:
                out.append(x if x < 9 else 9)
    return out
`,
    inputs: ["[]", "[[1, -2, 30], [], [4]]"],
    made: "    out = [x if x < 9 else 9 for row in rows for x in row if x > 0]\n    return out\n",
    assumptions: 0,
  },
  {
    rewrite: "python-generator-argument",
    source: `def f(xs):
    return sum([x * x for x in xs]), max([len(str(x)) for x in xs] + [0])
`,
    inputs: ["[]", "range(100)"],
    made: "sum(x * x for x in xs)",
    assumptions: 0,
  },
  {
    rewrite: "python-generator-argument",
    source: `def f(xs):
    return any([x > 3 for x in xs]), ", ".join(str(x) for x in xs)
`,
    inputs: ["[]", "range(100)", "[1, 2]"],
    made: "any(x > 3 for x in xs)",
    assumptions: 1,
  },
  {
    rewrite: "python-append-then-reverse",
    source: `def f(n, base):
    digits = []
    while n > 0:
        digits.insert(0, n % base)
        n //= base
        if len(str(n)) > 9:
            return None
    return digits or [0]
`,
    inputs: ["0, 2", "1023, 7", "10**12, 3"],
    made: "        digits.append(n % base)\n        n //= base\n        if len(str(n)) > 9:\n            return None\n    digits.reverse()\n",
    assumptions: 0,
  },
  {
    rewrite: "python-hoisted-call",
    source: `from collections import Counter

def f(word, words):
    word = word.lower()
    found = []
    for other in words:
        if word != other and Counter(word) == Counter(other):
            found.append(other)
    return found
`,
    inputs: ["'abc', []", "'Abc', ['bca', 'abc', 'ab', 'cab']"],
    made: "    counter_word = Counter(word)\n    for other in words:\n        if word != other and counter_word == Counter(other):\n",
    assumptions: 2,
  },
  {
    rewrite: "python-hoisted-call",
    source: `def f(xs, ys):
    common = [x for x in xs if x in set(ys)]
    return common, len(ys)
`,
    inputs: ["[], []", "[1, 2, 2, 3], [2, 3]"],
    made: "    set_ys = set(ys)\n    common = [x for x in xs if x in set_ys]\n",
    assumptions: 2,
  },
  {
    rewrite: "python-counted-once",
    source: `def f(xs):
    numbers = [xs.count(x) for x in xs]
    seen = []
    for x in xs:
        if seen.count(x) < 1 and not seen.count(-1) > 0:
            seen.append(x)
    return numbers, seen
`,
    inputs: ["[]", "[1, 2, 1, -1, 3]", "(1.0, 1, True)"],
    made: "    xs_counts = Counter(xs)\n    numbers = [xs_counts[x] for x in xs]\n",
    assumptions: 2,
  },
  {
    rewrite: "python-counted-once",
    source: `def f(pairs):
    seen = []
    for a, b in pairs:
        if seen.count([b, a]) == 0:
            seen.append([a, b])
    return seen
`,
    inputs: ["[]", "[(1, 2), (2, 1), (3, 3)]"],
    made: "        if [b, a] not in seen:\n",
    assumptions: 0,
  },
  {
    rewrite: "python-unlocked-queue",
    source: `from queue import Queue

def f(graph, start):
    waiting: Queue = Queue()
    waiting.put(start)
    order = [start]
    while not waiting.empty():
        node = waiting.get()
        for other in graph[node]:
            if other not in order:
                order.append(other)
                waiting.put(other)
    return order, waiting.empty(), waiting.qsize()
`,
    inputs: ["{0: []}, 0", "{0: [1, 2], 1: [2, 3], 2: [0], 3: []}, 0"],
    made: `    waiting: deque = deque()
    waiting.append(start)
    order = [start]
    while waiting:
        node = waiting.popleft()
`,
    assumptions: 1,
  },
  {
    rewrite: "python-unlocked-queue",
    source: `import queue

def f(xs):
    stack = queue.LifoQueue()
    for x in xs:
        stack.put(x)
        if x % 3 == 0 and not stack.empty():
            stack.get()
    out = []
    while stack.qsize() > 0:
        out.append(stack.get())
    return out if stack.empty() else None
`,
    inputs: ["[]", "range(10)"],
    made: "    stack = []\n    for x in xs:\n        stack.append(x)\n        if x % 3 == 0 and (len(stack) > 0):\n            stack.pop()\n",
    assumptions: 1,
  },
  {
    rewrite: "python-list-in-place",
    source: `def f(graph, deep):
    queue = [0]
    order = []
    while queue:
        order = order + [queue[0]]
        more = [n for n in graph[queue[0]] if n not in order]
        if deep:
            queue = more + queue[1:]
        else:
            queue = queue[1:] + more
    return order, queue
`,
    inputs: [
      "{0: []}, True",
      "{0: [1, 2], 1: [3, 4], 2: [3], 3: [], 4: [2]}, True",
      "{0: [1, 2], 1: [3, 4], 2: [3], 3: [], 4: [2]}, False",
    ],
    made: `        if deep:
            queue[:1] = more
        else:
            del queue[:1]
            queue += more
`,
    assumptions: 0,
  },
  {
    rewrite: "python-list-in-place",
    source: `def f(xs, rows):
    out = []
    best = [0]
    for x in xs:
        out = out + rows.get(x, [])
        best = [x] + best
        best = best[:-1]
    kept = out
    return kept, best, len(out)
`,
    inputs: ["[], {}", "[1, 2, 1], {1: [5, 6]}"],
    made: "        out += rows.get(x, [])\n",
    assumptions: 1,
  },
  {
    rewrite: "python-deque-queue",
    source: `from __future__ import annotations

def f(graph):
    queue = [0]
    order = []
    while queue:
        node = queue.pop(0)
        if node in order:
            continue
        order.append(node)
        queue.extend(graph[node])
        queue.insert(0, order[-1]) if len(order) % 2 and len(queue) > 3 else None
    return order
`,
    inputs: ["[[1, 2], [2, 3], [3], [0]]", "[[]]", "[[1, 2, 3, 4], [4], [3], [2], [1]]"],
    made: "from __future__ import annotations\nfrom collections import deque\n\ndef f(graph):\n    queue = deque([0])",
    assumptions: 0,
  },
  {
    rewrite: "python-direct-iteration",
    source: `def f(xs):
    total = 0
    for i in range(len(xs)):
        total += xs[i] * xs[i]
    return total
`,
    inputs: ["[]", "[1, 2, 3]", "(4, 5)", "range(5)"],
    made: "    for xs_item in xs:\n        total += xs_item * xs_item\n",
    assumptions: 2,
  },
  {
    rewrite: "python-direct-iteration",
    source: `def f(n):
    xs = list(range(n))
    out = []
    for i in range(len(xs)):
        out.append(xs[i] - i + xs[i - 1])
    return out, i if xs else None
`,
    inputs: ["0", "1", "6"],
    made: "    for i, xs_item in enumerate(xs):\n        out.append(xs_item - i + xs[i - 1])\n",
    assumptions: 0,
  },
  {
    rewrite: "python-needless-copy",
    source: `def f(xs):
    a = sorted(list(xs), )
    b = sorted(tuple(xs))
    return a, b, set([x % 3 for x in xs]), dict([(x, x + 1) for x in xs if x])
`,
    inputs: ["[]", "[3, 1, 2, 2]"],
    made: "sorted(xs)",
    assumptions: 0,
  },
  {
    rewrite: "python-needless-copy",
    source: `def f(xs):
    return dict([(x, x + 1) for x in xs if x])
`,
    inputs: ["[]", "[3, 0, 2, 2]"],
    made: "{x: x + 1 for x in xs if x}",
    assumptions: 0,
  },
  {
    rewrite: "python-dictionary-default",
    source: `def f(words):
    counts = {}
    for word in words:
        if word not in counts:
            counts[word] = 1
        else:
            counts[word] += 1
    return counts
`,
    inputs: ["[]", "'mississippi'"],
    made: "        counts[word] = counts.get(word, 0) + 1\n",
    assumptions: 0,
  },
  {
    rewrite: "python-dictionary-default",
    source: `def f(words):
    groups = {}
    for word in words:
        size = len(word)
        if size not in groups:
            groups[size] = []
        groups[size].append(word)
    return groups
`,
    inputs: ["[]", "['a', 'bb', 'c', '']"],
    made: "        groups.setdefault(size, []).append(word)\n    return",
    assumptions: 0,
  },
  {
    rewrite: "python-cached-recursion",
    source: `"""Numbers."""


def f(n, k):
    """Binomial coefficients."""
    if k == 0 or k == n:
        return 1

    return f(n - 1, k - 1) + f(n - 1, k)
`,
    inputs: ["0, 0", "7, 3", "20, 10"],
    made: '    """Binomial coefficients."""\n    @functools.lru_cache(maxsize=None, typed=True)\n    def f_cached(n, k):\n        if k == 0 or k == n:\n            return 1\n\n        return f_cached(n - 1, k - 1) + f_cached(n - 1, k)\n    return f_cached(n, k)\n',
    assumptions: 2,
  },
  {
    rewrite: "python-built-in-sum",
    source: `def f(xs):
    n = 0
    for x in xs:
        if x > 2:
            n += 1
    return n
`,
    inputs: ["[]", "range(10)", "[2.5, 1]"],
    made: "    n = sum(1 for x in xs if x > 2)\n    return n\n",
    assumptions: 0,
  },
  {
    rewrite: "python-local-binding",
    source: `import math

def f(xs):
    out = []
    for x in xs:
        out.append(math.floor(x) + math.floor(-x))
    return out
`,
    inputs: ["[]", "[1.5, -2.25, 3]"],
    made: "    math_floor = math.floor\n    for x in xs:\n        out.append(math_floor(x) + math_floor(-x))\n",
    assumptions: 1,
  },
  {
    rewrite: "python-power-product",
    source: `def f(n):
    total = 0
    for i in range(n):
        total += i ** 2 - -i ** 3
    return total
`,
    inputs: ["0", "10"],
    made: "(i * i) - -(i * i * i)",
    assumptions: 0,
  },
  {
    rewrite: "python-index-by-key",
    source: `def f(users, orders):
    out = []
    for o in orders:
        for name, key in users:
            if key == o[0] and o[1] > 0:
                out.append((name, o))
                break
        else:
            out.append(None)
    return out
`,
    inputs: [
      "[], []",
      "[('a', 1), ('b', 2), ('c', 1)], [(1, 5), (2, 0), (3, 1), (1.0, 2)]",
      "[('a', float('nan'))], [(float('nan'), 1)]",
    ],
    made: `    users_by_value = {}
    for name, key in users:
        users_by_value.setdefault(key, []).append((name, key))
    for o in orders:
        for name, key in users_by_value.get(o[0], ()):
            if o[1] > 0:
`,
    assumptions: 2,
  },
  {
    rewrite: "python-index-by-key",
    source: `def f(xs, total):
    n = len(xs)
    found = []
    for i in range(n - 1):
        for j in range(i + 1, n):
            if total == xs[i] + xs[j]:
                found.append((i, j))
    return found
`,
    inputs: ["[], 0", "[1, 2, 3, 4, 3, 2, 1], 5", "[0, 0, 0], 0", "[5], 10"],
    made: "        for j in xs_by_value.get(total - xs[i], ()):\n            if j > i:\n                found.append((i, j))\n",
    assumptions: 1,
  },
  {
    rewrite: "python-index-by-key",
    source: `def f(xs, ys, y=0):
    texts = [str(y) for y in ys]
    return [[x for x in texts if x.lower() == w.lower()] for w in xs], any(x == y for x in xs for y in ys), y
`,
    inputs: ["[], []", "['A', 'b', 'a'], ['a', 'B', 'b', 'A', 3]"],
    made: "any(True for x in xs for y in ys_by_value.get(x, ())), y",
    assumptions: 3,
  },
  {
    rewrite: "python-index-by-key",
    source: `def f(rows):
    same = 0
    for group in rows:
        for i, a in enumerate(group):
            for j in range(i):
                if group[j] != a:
                    continue
                # Counted once for each pair.
                same += j
    return same
`,
    inputs: ["[]", "[[1, 2, 1, 1], 'abcab', (), [None, None]]"],
    made: `        for i, a in enumerate(group):
            for j in group_by_value.get(a, ()):
                if j >= i:
                    continue
`,
    assumptions: 1,
  },
  {
    rewrite: "python-aggregate-once",
    source: `def f(xs, rows):
    out = []
    for row in rows:
        for x in xs:
            out.append((x - min(xs)) / (max(xs) - min(xs)) if x else sum(row))
    return out
`,
    inputs: ["[], [[1]]", "[1, 5, 0, 3], [[1], [2, 3]]", "[2, 2], [[1]]", "[1, 'a'], [[]]", "[3], []"],
    made: "    min_xs = min(xs, default=None)\n    for row in rows:\n        for x in xs:\n            out.append((x - min_xs) / (max(xs) - min_xs)",
    assumptions: 2,
  },
  {
    rewrite: "python-aggregate-once",
    source: `def f(scores, names):
    best = {n: round(scores[n] / sum(scores.values()), 3) for n in scores}
    return best, [n for n in names if n.lower() in [s.lower() for s in scores if scores[s] > 1]]
`,
    inputs: ["{}, []", "{'a': 1, 'b': 3}, ['B', 'c']", "{'a': 0}, []"],
    made: "    scores_set = {s.lower() for s in scores if scores[s] > 1}\n    return best, [n for n in names if n.lower() in scores_set]\n",
    assumptions: 3,
  },
  {
    rewrite: "python-aggregate-once",
    source: `def f(words):
    wide = []
    for word in words:
        wide.append(word + " " * (max(len(w) for w in words) - len(word)))
    return wide, [w for w in words if len(w) > sorted(words)[0].count("a")]
`,
    inputs: ["[]", "['a', 'bcd', '']"],
    made: "    max_words = max((len(w) for w in words), default=None)\n    for word in words:\n",
    assumptions: 2,
  },
  {
    rewrite: "python-running-aggregate",
    source: `def f(xs, k):
    found = []
    n = len(xs)
    for i in range(n):
        if 2 * sum(xs[:i]) == sum(xs[i + 1:]) * 2:
            found.append(i)
        for j in range(i, n):
            if sum(xs[i:j + 1]) == k:
                found.append((i, j, 2 * sum(xs[i:i + k])))
    return found, [sum(xs[:m]) for m in range(k)]
`,
    inputs: ["[], 3", "[1, 2, 0, 3, -3, 3], 3", "(5, 0, 5), 5", "[True, 2], 0", "[10**20, -10**20], 3"],
    made: "        if 2 * xs_sums[i] == (xs_sums[-1] - xs_sums[i + 1]) * 2:",
    assumptions: 2,
  },
  {
    rewrite: "python-running-aggregate",
    source: `def f(prices):
    best = 0
    for i in range(len(prices) - 1):
        best = max(best, max(prices[i + 1:]) - prices[i])
    deep = [min(max(prices[:i + 1]), max(prices[i:])) - p for i, p in enumerate(prices)]
    lows = [min(prices[:j], default=0) for j in range(len(prices))]
    return best, deep, lows, [max(prices[0:k]) for k in range(1, len(prices))]
`,
    inputs: ["[]", "[7, 1, 5, 3, 6, 4]", "(3,)", "[1.5, 2, 1, 9, -1]"],
    made: "    prices_maxima_from = [*accumulate(reversed(prices), max)][::-1]\n    for i in range(len(prices) - 1):\n        best = max(best, prices_maxima_from[i + 1] - prices[i])",
    assumptions: 2,
  },
  {
    rewrite: "python-divisor-bound",
    source: `def f(limit, n):
    primes = []
    for m in range(2, limit):
        for d in range(2, m):
            if m % d == 0:
                break
        else:
            primes.append(m)
    prime = True
    for d in range(2, n // 2 + 1):
        if not n % d:
            prime = False
            break
    return primes, prime, all(n % k for k in range(2, n)), any(n % k == 0 for k in range(2, n - 1))
`,
    inputs: ["0, 0", "60, 1", "3, 2", "4, 3", "5, 4", "6, 9", "9, -7", "10, 25", "2, 49", "2, 15", "2, True"],
    made: "        for d in range(2, isqrt(m) + 1):\n",
    assumptions: 0,
  },
  {
    rewrite: "python-divisor-bound",
    source: `def f(n):
    if n < 2:
        return False
    for i in range(2, n):
        if n % i == 0:
            return False
    return True
`,
    inputs: ["-5", "0", "1", "2", "3", "4", "9", "97", "2.5"],
    made: "range(2, isqrt(n) + 1):",
    assumptions: 0,
  },
  {
    rewrite: "python-sorted-insertion",
    source: `def f(xs):
    seen = []
    medians = []
    for x in xs:
        seen.append(x)
        seen.sort()
        medians.append(seen[len(seen) // 2])
    return medians, seen
`,
    inputs: ["[]", "[3, 1, 2, 1]", "[2, 2.0, 1, True]", "'bca'", "[1, 'a']"],
    made: "        insort(seen, x)\n        medians.append(seen[len(seen) // 2])\n",
    assumptions: 1,
  },
  {
    rewrite: "python-sorted-insertion",
    source: `def f(graph, start):
    queue = [(0, start)]
    best = {}
    while queue:
        queue.sort(key=lambda entry: entry[0])
        cost, node = queue.pop(0)
        if node in best:
            continue
        best[node] = cost
        for other, step in graph[node]:
            if other not in best:
                queue.append((cost + step, other))
    return best
`,
    inputs: [
      "{0: []}, 0",
      "{0: [(1, 4), (2, 1)], 1: [(3, 1)], 2: [(1, 1), (3, 9)], 3: []}, 0",
      "{0: [(1, 1), (2, 1)], 1: [(2, 0)], 2: [(1, 0)]}, 0",
    ],
    made: "                insort(queue, (cost + step, other), key=lambda entry: entry[0])\n",
    assumptions: 2,
  },
  {
    rewrite: "python-position-dictionary",
    source: `def f(xs, order):
    ranks = ["low", "mid", "high", "mid"]
    out = [ranks.index(x) for x in xs]
    for x in xs:
        if x in order:
            out.append((order.index(x), order.index(x.lower())))
    return out
`,
    inputs: ["[], []", "['mid', 'low', 'high'], ['low', 'mid', 'low']", "['low'], ('low',)"],
    made: "            out.append((order_places[x], order_places[x.lower()]))\n",
    assumptions: 2,
  },
  {
    rewrite: "python-flat-list",
    source: `from functools import reduce

def f(rows):
    if not rows:
        return sum([], [])
    return sum((row[1:] for row in rows), []), reduce(lambda a, b: a + b, rows, [])
`,
    inputs: ["[]", "[[1, 2, 3], [], [4]]", "[[[1], 2]]"],
    made: "return [item for part in (row[1:] for row in rows) for item in part], reduce(",
    assumptions: 1,
  },
  {
    rewrite: "python-partial-order",
    source: `def f(xs, ys):
    low = sorted(xs)[0]
    return low, sorted(xs, reverse=True)[0], sorted(xs, key=lambda x: -x)[-1], sorted(ys, key=len)[:2]
`,
    inputs: ["[3, 1, 2, 1], ['bb', 'a', 'cc', 'd']", "[5], []", "(2.5, -1), ['x']"],
    made: "nsmallest(2, ys, key=len)",
    assumptions: 1,
  },
  {
    rewrite: "python-running-aggregate",
    source: `def f(xs):
    n = len(xs)
    out = []
    for i in range(n):
        before = 0
        for j in range(i + 1):
            before += xs[j]
        after = 0
        for k in range(i, n):
            after += xs[k]
        out.append((before, after, sum(xs[j] for j in range(i)), max(xs[j] for j in range(i, len(xs)))))
    return out
`,
    inputs: ["[]", "[3, -1, 4]", "(0.5, 2.5)", "[10**30, 1, 3]"],
    made: "        before = xs_sums[i + 1]\n        after = xs_sums[-1] - xs_sums[i]\n        out.append((before, after, xs_sums[i], max(",
    assumptions: 2,
  },
  {
    rewrite: "python-index-by-key",
    source: `def f(points):
    found = []
    for i, (a, kind) in enumerate(points):
        for b, other in points[i + 1:]:
            if other == kind and a != b:
                found.append((a, b))
        found.append([c for c, k in points[:i] if k == kind])
        for j, (d, k) in enumerate(points):
            if j != i and k == kind:
                found.append((i, j, d))
    return found
`,
    inputs: ["[]", "[(1, 'x'), (2, 'y'), (3, 'x'), (1, 'x')]"],
    made: "        for points_place, (b, other) in points_by_value.get(kind, ()):\n            if points_place > i and a != b:\n",
    assumptions: 1,
  },
];

/** Where it would be wrong: by the rewrite, sources of a function `f`. */
const refusals: Readonly<Record<string, readonly string[]>> = {
  "python-membership-set": [
    "def f(x, seen):\n    return x in seen\n",
    "def f(xs, seen):\n    seen = [x for x in xs if x in seen]\n    return seen\n",
    "def f(xs, text: str):\n    for x in xs:\n        if x in text:\n            return x\n",
    "def f(xs, seen, g):\n    for x in xs:\n        if x in seen:\n            g(seen)\n",
    "def f(xs, seen):\n    for x in xs:\n        if x in seen:\n            seen = seen[1:]\n    return seen\n",
    "def f(xs, a):\n    if a:\n        seen = [1]\n    for x in xs:\n        if a and x in seen:\n            return x\n",
    "def f(xs):\n    seen = []\n    for x in xs:\n        if x in seen:\n            seen.remove(x)\n        seen.append(x)\n    return seen\n",
    "def f(xs, g):\n    seen = [1]\n    g(seen)\n    for x in xs:\n        if x in seen:\n            g(x)\n",
    "def f(xs):\n    seen = 'abc'\n    for x in xs:\n        if x in seen:\n            return x\n",
    "def f(xs):\n    seen = [0]\n    for x in xs:\n        if x in seen:\n            seen = [x]\n    return seen\n",
    "def set(x): return x\ndef f(xs):\n    seen = [0]\n    for x in xs:\n        if x in seen:\n            return 1\n",
    "def f(ys, known):\n    for y in ys:\n        if y in known:\n            [known[0], z] = [y, 1]\n    return z\n",
    "def f(ys):\n    seen = [1]\n    for y in ys:\n        if y in seen:\n            (seen[0], y) = (y, 2)\n    return y\n",
    "def f(ys):\n    seen = [1, 2]\n    for y in ys:\n        if y in seen:\n            del (seen[0])\n",
    "def f(ys):\n    seen = [1, 2]\n    for y in ys:\n        if y in seen:\n            for seen[0] in ys: pass\n",
  ],
  "python-string-join": [
    "def f(xs):\n    s = ''\n    for x in xs:\n        s += x\n        if len(s) > 3: break\n    return s\n",
    "def f(xs):\n    s = 0\n    for x in xs:\n        s += x\n    return s\n",
    "def f(xs):\n    s = ''\n    try:\n        for x in xs:\n            s += x\n    except TypeError:\n        return s\n",
    "def f(xs):\n    s = ''\n    def g(): return s\n    for x in xs:\n        s += g.__name__\n    return s\n",
  ],
  "python-compiled-pattern": [
    "import re\ndef f(ps, s):\n    for p in ps:\n        if re.match(p, s): return p\n",
    "import regex as re\ndef f(xs):\n    for x in xs:\n        if re.match('a', x): return x\n",
    "import re\ndef f(xs):\n    return re.match('a', xs)\n",
    "import re\ndef f(xs, k):\n    for x in xs:\n        re.match(f'{k}', x)\n",
  ],
  "python-comprehension": [
    "def f(xs):\n    out = []\n    for x in xs:\n        out.append(len(out))\n    return out\n",
    "def f(xs):\n    out = []\n    for x in xs:\n        out.append(x)\n    return out, x\n",
    "def f(xs):\n    out = []\n    for x in xs:\n        out.append(x)\n        print(x)\n    return out\n",
    "def f(xs):\n    out = []\n    for x in xs:\n        out.append(lambda: x)\n    return out\n",
    "def f(xs):\n    out = []\n    try:\n        for x in xs:\n            out.append(1 / x)\n    except ZeroDivisionError:\n        pass\n    return out\n",
    "def f(xs):\n    out = [1]\n    for x in xs:\n        out.append(x)\n    return out\n",
  ],
  "python-generator-argument": [
    "def f(xs):\n    return len([x for x in xs])\n",
    "def f(xs, sum):\n    return sum([x for x in xs])\n",
    "def f(it):\n    return sum([next(it) for _ in range(3)])\n",
    "def f(xs):\n    return xs.join(x for x in xs)\n",
  ],
  "python-deque-queue": [
    "def f(q):\n    while q:\n        q.pop(0)\n",
    "def f(n):\n    q = [1, 2]\n    while q:\n        q.pop(0)\n    return q\n",
    "def f(n):\n    q = [1, 2]\n    while q:\n        q.pop(0)\n        print(q[1:])\n",
    "def f(n):\n    q = [1, 2]\n    while q:\n        q.pop(0)\n        q.sort()\n",
  ],
  "python-append-then-reverse": [
    "def f(xs):\n    out = [1, 2]\n    for x in xs:\n        out.insert(0, x)\n    return out\n",
    "def f(xs):\n    out = []\n    for x in xs:\n        out.insert(0, x + len(out))\n    return out\n",
    "def f(xs):\n    out = []\n    for x in xs:\n        out.insert(0, x)\n        if x > 3: return out\n    return out\n",
    "def f(xs):\n    out = []\n    out.append(5)\n    out.append(6)\n    for x in xs:\n        out.insert(0, x)\n    return out\n",
    "def f(xs, out):\n    for x in xs:\n        out.insert(0, x)\n",
    "def f(xs):\n    out = []\n    for x in xs:\n        out.insert(0, x)\n    else:\n        out.append(1)\n    return out\n",
  ],
  "python-hoisted-call": [
    "def f(xs, ys):\n    out = []\n    for x in xs:\n        if x in set(ys):\n            ys.append(x)\n    return out\n",
    "def f(xs, ys):\n    for x in xs:\n        ys = [x]\n        if x in set(ys): return x\n",
    "def f(xs, ys):\n    out = []\n    for x in xs:\n        out.append(sorted(ys))\n    return out\n",
    "def f(xs, ys):\n    return [x for x in xs if x in set(x)]\n",
    "def f(xs, ys, set):\n    return [x for x in xs if x in set(ys)]\n",
    "def f(xs, ys):\n    for x in xs:\n        change(ys)\n        if x in set(ys): return x\n",
  ],
  "python-counted-once": [
    "def f(xs):\n    return xs.count(1)\n",
    "def f(xs):\n    for x in xs:\n        if xs.count(x) > 1:\n            xs.remove(x)\n    return xs\n",
    "def f(xs):\n    out = []\n    for x in xs:\n        out.append(x)\n        if out.count(x) == 2: return x\n",
    "def f(xs):\n    text = 'abab'\n    return [x for x in xs if text.count(x) > 0]\n",
    "def f(xs: str):\n    return [xs.count(x) for x in 'ab']\n",
  ],
  "python-unlocked-queue": [
    "from queue import Queue\ndef f(xs):\n    q = Queue()\n    for x in xs:\n        q.put(x)\n    return q\n",
    "from queue import Queue\ndef f(xs):\n    q = Queue(3)\n    q.put(xs)\n    return q.get()\n",
    "from queue import Queue\ndef f(xs):\n    q = Queue()\n    q.put(xs)\n    return q.get(timeout=1)\n",
    "from queue import Queue\ndef f(xs):\n    q = Queue()\n    def g(): q.put(1)\n    g()\n    return q.get()\n",
    "from mine import Queue\ndef f(xs):\n    q = Queue()\n    q.put(xs)\n    return q.get()\n",
  ],
  "python-list-in-place": [
    "def f(xs):\n    out = []\n    for x in xs:\n        before = out\n        out = out + [x]\n    return out, before\n",
    "def f(xs):\n    out = xs\n    for x in xs:\n        out = out + [x]\n    return out\n",
    "def f(xs):\n    out = [1, 2]\n    for x in out:\n        out = out + [x] if x < 9 else out\n    return out\n",
    "def f(xs):\n    out = [1, 2]\n    for x in out:\n        out = out[1:]\n    return out\n",
    "def f(xs):\n    out = []\n    for x in xs:\n        yield out\n        out = out + [x]\n",
    "def f(xs):\n    out = [1]\n    for x in xs:\n        out = out + out\n    return out\n",
    "def f(xs):\n    out = ()\n    for x in xs:\n        out = out + (x,)\n    return out\n",
    "def f(xs):\n    out = []\n    for x in xs:\n        try:\n            out = out[1:] + next(x)\n        except StopIteration:\n            return out\n",
    "def f(xs):\n    rows = []\n    for x in xs:\n        row = [x]\n        for y in x:\n            row = row + [y]\n        rows.append(row)\n    return rows\n",
  ],
  "python-direct-iteration": [
    "def f(xs):\n    for i in range(len(xs)):\n        xs[i] = xs[i] + 1\n",
    "def f(xs):\n    for i in range(len(xs)):\n        if xs[i]:\n            xs.pop()\n",
    "def f(xs):\n    for i in range(len(xs)):\n        xs = xs[i]\n",
    "def f(xs):\n    for i in range(len(xs)):\n        i += 1\n        print(xs[i])\n",
    "def f(xs, ys):\n    for i in range(len(ys)):\n        print(xs[i])\n",
  ],
  "python-needless-copy": [
    "def f(xs):\n    for x in list(xs):\n        xs.remove(x)\n",
    "def f(xs):\n    return len(list(xs))\n",
    "def f(xs, list):\n    return sorted(list(xs))\n",
  ],
  "python-dictionary-default": [
    "import collections\ndef f(xs):\n    d = collections.OrderedDict()\n    for x in xs:\n        if x in d:\n            d[x] += 1\n        else:\n            d[x] = 1\n    return d\n",
    "def f(xs):\n    d = {}\n    for x in xs:\n        if x in d:\n            d[x] += x\n        else:\n            d[x] = x\n    return d\n",
    "def f(xs, d):\n    for x in xs:\n        if x not in d:\n            d[x] = []\n        d[x].append(x)\n",
  ],
  "python-cached-recursion": [
    "def f(n):\n    print(n)\n    return f(n - 1) + f(n - 2) if n > 1 else n\n",
    "def f(n):\n    return n * f(n - 1) if n else 1\n",
    "def f(n):\n    return f(n - 1) + f(n - 2) if n > 1 else [n]\n",
    "count = 0\ndef f(n):\n    global count\n    count += 1\n    return f(n - 1) + f(n - 2) if n > 1 else n\n",
    "def f(n, *more):\n    return f(n - 1) + f(n - 2) if n > 1 else n\n",
  ],
  "python-built-in-sum": [
    "def f(xs):\n    n = 0\n    for x in xs:\n        n += x\n        if n > 9: break\n    return n\n",
    "def f(xs):\n    n = 0\n    for x in xs:\n        n += n + x\n    return n\n",
    "def f(xs):\n    n = 0\n    for x in xs:\n        n += x\n    return n, x\n",
    "def f(xs):\n    n = 0.0\n    for x in xs:\n        n += x\n    return n\n",
  ],
  "python-local-binding": [
    "def f(math, xs):\n    for x in xs:\n        math.sqrt(x)\n",
    "def f(xs, out):\n    for x in xs:\n        out.append(x)\n        out = [x]\n",
    "import math\ndef f(xs):\n    return math.sqrt(xs)\n",
  ],
  "python-power-product": [
    "def f(x):\n    return x ** 0.5\n",
    "def f(x):\n    return x() ** 2\n",
    "def f(x):\n    return 2 ** x\n",
  ],
  "python-index-by-key": [
    "def f(xs, k):\n    n = 0\n    for x in xs:\n        for y in xs[k:]:\n            if y == x:\n                n += 1\n    return n\n",
    "def f(xs):\n    n = 0\n    for i in range(len(xs)):\n        for j in range(i, len(xs)):\n            if xs[j] == 3 + n:\n                for i in range(3):\n                    n += i\n    return n\n",
    "def f(xs, k):\n    return [x for x in xs if x.key == k]\n",
    "def f(xs, ys):\n    for x in xs:\n        for y in ys:\n            if y.key == x:\n                y.key = 0\n",
    "def f(xs, ys):\n    for x in xs:\n        for y in ys:\n            if y == x:\n                ys = ys[1:]\n",
    "def f(xs, ys):\n    for x in xs:\n        for y in ys:\n            if y == x:\n                ys.append(x)\n",
    "def f(xs, ys):\n    for x in xs:\n        for y in ys:\n            if y == x:\n                x = 3\n",
    "def f(xs, ys):\n    y = 0\n    for x in xs:\n        for y in ys:\n            if y == x:\n                pass\n    return y\n",
    "def f(xs, ys):\n    n = 0\n    for x in xs:\n        for y in ys:\n            if y == x:\n                n += 1\n            else:\n                n -= 1\n    return n\n",
    "def f(xs, ys):\n    n = 0\n    for x in xs:\n        for y in ys:\n            n += 1\n            if y == x:\n                break\n    return n\n",
    "def f(xs, ys):\n    for x in xs:\n        for y in ys:\n            if y is not None and y.key == x:\n                return y\n",
    "def f(xs, ys):\n    return [(y for y in ys if y == x) for x in xs]\n",
    "def f(xs, ys, g):\n    return [x for x in xs for y in ys if g(y) == x]\n",
    "def f(xs):\n    n = 0\n    for i in range(len(xs)):\n        for j in range(i - 1, len(xs)):\n            if xs[i] == xs[j]:\n                n += 1\n    return n\n",
    "def f(xs, k):\n    n = 0\n    for i in range(len(xs)):\n        for j in range(k):\n            if xs[i] == xs[j]:\n                n += 1\n    return n\n",
    "def f(xs, out):\n    for i in range(len(xs)):\n        for j in range(len(xs)):\n            if xs[i] == xs[j]:\n                out[j] = i\n",
    "def f(g, xs):\n    for x in xs:\n        for y in g(x):\n            if y == x:\n                return y\n",
    "def f(xs, ys):\n    for x in xs:\n        for y in ys:\n            if y == x:\n                print(y)\n        else:\n            print(y)\n",
    "def f(xs, ys):\n    for x in xs:\n        for y in ys:\n            if y == x:\n                yield y\n",
    "def f(xs, ys):\n    return (x for x in xs if any(y == x for y in ys))\n",
    "def f(xs, ys):\n    return ([y for y in ys if y == x] for x in xs)\n",
    "def f(xs, ys):\n    for x in xs:\n        for y in ys:\n            if len(y) == x:\n                y.append(x)\n",
    "def f(xs, ys):\n    for x in xs:\n        for y in ys:\n            if y[-1] == x:\n                y.append(x + 1)\n",
    "def f(xs, ys):\n    for x in xs:\n        for y in ys:\n            if tuple(y) == x:\n                y[0] += 1\n",
    "def f(xs, ys):\n    for x in xs:\n        for y in ys:\n            if len(y) == x:\n                y += [x]\n",
    "def f(rows, xs):\n    pick = [rows[0]]\n    for x in xs:\n        for r in rows:\n            if r[0] == x:\n                pick[0][0] = 9\n    return rows\n",
    "def f(us, os):\n    for o in os:\n        for u in us:\n            if u == len(o.items):\n                o.items.append(1)\n",
    "def f(us, os):\n    for o in os:\n        for u in us:\n            if u == o.stack[-1]:\n                o.stack.append(u + 1)\n",
    "def f(us, os):\n    for o in os:\n        for u in us:\n            if u == len(o):\n                del o[0]\n",
    "def f(xs, flag):\n    if flag:\n        ys = [1, 2]\n    for x in xs:\n        if flag:\n            print([y for y in ys if y == x])\n",
    "def f(orders, users):\n    for order in orders:\n        for user in users:\n            if user['id'] == order['user_id']:\n                order['user_id'] = user['name']\n",
  ],
  "python-aggregate-once": [
    "def f(xs):\n    return sum(xs) / len(xs)\n",
    "def f(xs):\n    for x in xs:\n        xs.append(x / sum(xs))\n        if len(xs) > 9: return xs\n",
    "def f(rows):\n    return [max(row) + 1 for row in rows]\n",
    "def f(xs):\n    return [x for x in [sum(xs) + 1]]\n",
    "def f(xs):\n    out = []\n    for x in xs:\n        out.append(sum(out) + x)\n    return out\n",
    "def f(xs):\n    for i in range(len(xs)):\n        xs[i] = xs[i] / sum(xs)\n    return xs\n",
    "def f(xs):\n    for x in xs:\n        x.size = x.size / sum(y.size for y in xs)\n",
    "def f(xs, g):\n    for x in xs:\n        g(xs)\n        if x > max(xs): return x\n",
    "def f(xs, k):\n    out = []\n    for x in xs:\n        k = k + 1\n        out.append(sum(x.size * k for x in xs) + 1)\n    return out\n",
    "def f(xs, ys, g):\n    return [x for x in xs if x in [g(y) for y in ys]]\n",
    "def f(xs, ys):\n    return [max(ys) for x in xs]\n",
    "def f(xs, ys, max):\n    return [max(ys) + x for x in xs]\n",
    "def f(xs):\n    return (x / sum(xs) for x in xs)\n",
    "def f(rows, xs):\n    return ([x / sum(xs) for x in row] for row in rows)\n",
    "def f(rows):\n    for row in rows:\n        row.append(1 + sum(len(r) for r in rows))\n",
    "def f(rows):\n    total = 0\n    for i in range(9):\n        rows[0].append(i)\n        total += max(len(row) for row in rows)\n    return total\n",
    "def f(rows):\n    total = 0\n    while rows[0]:\n        del rows[0][0]\n        total += sum(len(row) for row in rows)\n    return total\n",
    "def f(boxes, xs):\n    total = 0\n    for e in xs:\n        boxes[0].add(e)\n        total += sum(len(box) for box in boxes)\n    return total\n",
    "def f(grid, xs):\n    n = 0\n    for i in range(len(grid)):\n        grid[i][0] = 7\n        if xs in [tuple(row) for row in grid]:\n            n += 1\n    return n\n",
    "def f(grid, xs):\n    n = 0\n    for i in range(len(grid)):\n        grid[i][0] = 7\n        if xs in [str(row) for row in grid]:\n            n += 1\n    return n\n",
    "def f(box, xs):\n    total = 0\n    for x in xs:\n        box.add(x)\n        total += sum(box.items)\n    return total\n",
    "def f(xs, flag):\n    if flag:\n        ys = [1, 2]\n    total = 0\n    for x in xs:\n        if flag:\n            total += sum(ys)\n    return total\n",
  ],
  "python-running-aggregate": [
    "def f(xs):\n    out = []\n    for i in range(len(xs)):\n        t = 0\n        for j in range(i + 2):\n            t += xs[j]\n        out.append(t)\n    return out\n",
    "def f(xs):\n    out = []\n    for i in range(len(xs)):\n        t = 0\n        for j in range(i):\n            t += xs[j]\n        out.append((t, j))\n    return out\n",
    "def f(xs):\n    out = []\n    for i in range(len(xs)):\n        t = 1\n        for j in range(i):\n            t += xs[j]\n        out.append(t)\n    return out\n",
    "def f(xs, i):\n    return sum(xs[:i])\n",
    "def f(xs, ks):\n    return [sum(xs[:k]) for k in ks]\n",
    "def f(xs):\n    return [max(xs[:i]) for i in range(len(xs))]\n",
    "def f(xs, n):\n    return [max(xs[i:]) for i in range(n)]\n",
    "def f(xs):\n    return [sum(xs[i - 1:i]) for i in range(len(xs))]\n",
    "def f(xs):\n    return [sum(xs[i:j]) for i in range(9) for j in range(9)]\n",
    "def f(xs):\n    for i in range(len(xs)):\n        xs[i] = sum(xs[:i])\n    return xs\n",
    "def f(xs):\n    for i in range(len(xs)):\n        i -= 2\n        if sum(xs[:i]) > 3:\n            return i\n",
    "def f(xs):\n    return [sum(xs[::i]) for i in range(1, len(xs))]\n",
    "def accumulate(xs): return xs\ndef f(xs):\n    return [sum(xs[:i]) for i in range(len(xs))]\n",
    "def f(xs):\n    try:\n        for i in range(len(xs)):\n            if max(xs[i + 1:]) > xs[i]:\n                return i\n    except ValueError:\n        return None\n",
    "def f(xs):\n    for i in range(len(xs)):\n        yield sum(xs[:i])\n",
    "def f(xs):\n    return (sum(xs[:i]) for i in range(len(xs)))\n",
    "def f(xs, n):\n    out = []\n    for i in range(n):\n        if i > 0:\n            out.append(sum(xs[i:j]))\n        for j in range(i, n):\n            out.append(j)\n    return out\n",
    "def f(xs, n):\n    for i in range(n):\n        print(i)\n    for k in range(n):\n        for j in range(i, n):\n            print(sum(xs[i:j]))\n",
    "def f(xs, n):\n    for i in range(n):\n        for j in range(i, n):\n            for i in range(n):\n                print(sum(xs[i:j]))\n",
    "def f(xs):\n    for i in range(len(xs)):\n        print(max(xs[i + 1:]))\n",
    "def f(xs, n):\n    for i in range(len(xs)):\n        xs.pop()\n        for k in range(n):\n            print(sum(xs[:i]))\n",
  ],
  "python-divisor-bound": [
    "def f(n):\n    for i in range(2, n):\n        if n % i == 0:\n            return i\n",
    "def f(n):\n    for i in range(2, n):\n        if n % i == 0:\n            break\n    return i\n",
    "def f(n):\n    for i in range(3, n):\n        if n % i == 0:\n            return False\n",
    "def f(n):\n    for i in range(2, n // 2):\n        if n % i == 0:\n            return False\n",
    "def f(n):\n    for i in range(2, n + 1):\n        if n % i == 0:\n            return False\n",
    "def f(n):\n    k = 0\n    for i in range(2, n):\n        if n % i == 0:\n            k += 1\n    return k\n",
    "def f(n, m):\n    for i in range(2, n):\n        if m % i == 0:\n            return False\n",
    "def f(n):\n    for i in range(2, n):\n        if n % i == 0:\n            n = 1\n            break\n    return n\n",
    "def f(n):\n    return sum(n % i == 0 for i in range(2, n)), all(n % i == 0 for i in range(2, n))\n",
    "def f(n):\n    for d in range(2, n):\n        if n % d == 0:\n            return False\n    else:\n        return d\n",
  ],
  "python-sorted-insertion": [
    "def f(xs):\n    seen = []\n    first = []\n    for x in xs:\n        seen.append(x)\n        first.append(seen[0])\n        seen.sort()\n    return first\n",
    "def f(xs, seen):\n    for x in xs:\n        seen.append(x)\n        seen.sort()\n    return seen\n",
    "def f(xs):\n    seen = [2, 1]\n    for x in xs:\n        if seen[0] > x: return x\n        seen.append(x)\n        seen.sort()\n    return seen\n",
    "def f(xs):\n    seen = []\n    for x in xs:\n        seen.append(x)\n        seen.sort(reverse=True)\n    return seen\n",
    "def f(xs):\n    seen = []\n    for x in xs:\n        seen.append(x)\n        if x > 3: continue\n        seen.sort()\n    return seen\n",
    "def f(xs):\n    seen = []\n    for x in xs:\n        seen.append(x)\n        seen.sort()\n        seen[0] = 9\n    return seen\n",
    "def f(xs, g):\n    seen = []\n    for x in xs:\n        seen.append(x)\n        seen.sort()\n        g(seen)\n    return seen\n",
    "def f(xs):\n    seen = []\n    for x in xs:\n        seen.append(x)\n        seen.sort()\n        seen.append(0)\n    return seen\n",
    "def f(xs):\n    seen = []\n    for x in xs:\n        seen.sort()\n        for y in seen:\n            if y > x: seen.append(x)\n    return 1\n",
    "def f(xs):\n    seen = []\n    for x in xs:\n        seen.append(x)\n    seen.sort()\n    return seen\n",
    "def f(xs):\n    seen = []\n    while True:\n        if seen and seen[0] > 3: return 1\n        seen.sort()\n        seen.append(xs.pop())\n",
    "def f(xs):\n    seen = sorted(xs)\n    for x in xs:\n        seen.append(x)\n        seen.sort(key=lambda y: -y)\n    return seen\n",
  ],
  "python-position-dictionary": [
    "def f(x, order):\n    return order.index(x)\n",
    "def f(xs, order: str):\n    return [order.index(x) for x in xs]\n",
    "def f(xs):\n    text = 'abc'\n    return [text.index(x) for x in xs]\n",
    "def f(xs, order):\n    for x in xs:\n        order.remove(order.index(x))\n",
    "def f(xs, order):\n    for x in xs:\n        try:\n            print(order.index(x))\n        except ValueError:\n            pass\n",
    "def f(xs, order):\n    return [order.index(x, 1) for x in xs]\n",
    "def f(xs):\n    for i in range(9):\n        xs[i] = xs.index(i)\n",
    "def f(xs, order):\n    for x in xs:\n        yield order.index(x)\n",
    "async def f(xs, order):\n    for x in xs:\n        await x.go(order.index(x))\n",
    "def f(xs, order):\n    return (order.index(x) for x in xs)\n",
    "def f(xs, flag):\n    if flag:\n        order = [1, 2]\n    for x in xs:\n        if flag:\n            print(order.index(x))\n",
  ],
  "python-flat-list": [
    "def f(xs):\n    return sum(xs)\n",
    "def f(xs):\n    return sum(xs, [0])\n",
    "def f(xs):\n    return sum(xs, ())\n",
    "def sum(xs, start): return xs\ndef f(xs):\n    return sum(xs, [])\n",
    "def f(xs, reduce):\n    return reduce(lambda a, b: a + b, xs, [])\n",
    "from functools import reduce\ndef f(xs):\n    return reduce(lambda a, b: b + a, xs, [])\n",
  ],
  "python-partial-order": [
    "def f(xs):\n    return sorted(xs)[1]\n",
    "def f(xs):\n    return sorted(xs)[:-1]\n",
    "def f(xs, k):\n    return sorted(xs)[:k]\n",
    "def f(xs, down):\n    return sorted(xs, reverse=down)[0]\n",
    "def f(xs):\n    try:\n        return sorted(xs)[0]\n    except IndexError:\n        return None\n",
    "def sorted(xs): return xs\ndef f(xs):\n    return sorted(xs)[0]\n",
    "def f(xs, nsmallest):\n    return sorted(xs)[:3]\n",
  ],
};

function opportunitiesOf(name: string, source: string): Opportunity[] {
  const subject = openSubject(source, "python", "f");
  if (!subject) throw new Error(`no function f in ${source}`);
  return pythonRewrites.find((rewrite) => rewrite.name === name)?.opportunities(subject) ?? [];
}

/** Reads pairs of programs with inputs, and tells of each pair and input what came back, what was raised, and what the arguments became. */
const runner = `
import json, sys
def outcome(source, text):
    space = {}
    exec(source, space)
    arguments = eval("(" + text + ",)")
    try:
        result = space["f"](*arguments)
    except Exception as error:
        result = type(error).__name__
    return repr((result, arguments))
print(json.dumps([[outcome(source, text) for text in texts] for source, texts in json.load(sys.stdin)]))
`;

const python = spawnSync("python3", ["-c", "print(1)"], { encoding: "utf8" });
if (python.status !== 0)
  console.warn("python3 is not on the PATH: what rewritten Python gives back is not tested");

beforeAll(() => loadGrammarsOf(["python"]));

describe("each rewrite", () => {
  it("has a name of its own, a reference and an example where it applies", () => {
    const names = pythonRewrites.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    for (const { name, reference } of pythonRewrites) {
      expect.soft(reference, name).toMatch(/\w{4}/);
      expect.soft(examples.filter(({ rewrite }) => rewrite === name).length, name).toBeGreaterThan(0);
      expect.soft(refusals[name]?.length ?? 0, name).toBeGreaterThan(1);
    }
  });

  it.each(examples)("$rewrite makes $made", ({ rewrite, source, made, assumptions }) => {
    const found = opportunitiesOf(rewrite, source);
    const wanted = found.find((each) => each.apply().includes(made)) ?? found[0];
    expect(wanted?.apply()).toContain(made);
    expect(wanted?.assumptions.length).toBe(assumptions);
  });

  it("looks for divisors of a number that may have become negative up to the root of none below 0", () => {
    const source =
      "def f(n):\n    if n < 2:\n        return 0\n    while n > -10:\n        for d in range(2, n):\n            if n % d == 0:\n                print(n)\n                break\n        n -= 5\n";
    const [found] = opportunitiesOf("python-divisor-bound", source);
    expect(found?.apply()).toContain("range(2, isqrt(max(n, 0)) + 1)");
  });

  it("keeps the line ends of Windows", () => {
    for (const { rewrite, source } of examples) {
      for (const opportunity of opportunitiesOf(rewrite, source.replaceAll("\n", "\r\n")))
        expect.soft(opportunity.apply().replaceAll("\r\n", ""), rewrite).not.toContain("\n");
    }
  });

  it("finds its opportunities at different places", () => {
    for (const { rewrite, source } of examples) {
      const places = opportunitiesOf(rewrite, source).map(({ place }) => place);
      expect.soft(new Set(places).size, `${rewrite}: ${places.join("; ")}`).toBe(places.length);
    }
  });

  it.skipIf(python.status !== 0)(
    "gives back what the original gives, raises what it raises and leaves arguments as it does",
    () => {
      const pairs = examples.flatMap(({ rewrite, source, inputs }) =>
        opportunitiesOf(rewrite, source).map((opportunity) => ({
          rewrite,
          source,
          inputs,
          text: opportunity.apply(),
        })),
      );
      const programs = pairs.flatMap(({ source, text, inputs }) => [
        [source, inputs],
        [text, inputs],
      ]);
      const ran = spawnSync("python3", ["-I", "-c", runner], {
        input: JSON.stringify(programs),
        encoding: "utf8",
      });
      expect(ran.stderr).toBe("");
      const outcomes = z.array(z.array(z.string())).parse(JSON.parse(ran.stdout));
      for (const [index, { rewrite, text }] of pairs.entries()) {
        const original = outcomes[2 * index] ?? [];
        // A queue may be another type inside, but never in what is given back.
        expect.soft(outcomes[2 * index + 1], `${rewrite}\n${text}`).toEqual(original);
        expect.soft(original.length, rewrite).toBeGreaterThan(0);
      }
    },
  );
});

describe("what cannot be seen in the source is stated", () => {
  it.each([
    [
      "python-aggregate-once",
      "def f(xs):\n    ys = xs\n    total = 0\n    for x in range(9):\n        ys.append(1)\n        total += sum(xs)\n    return total\n",
      "under another name",
    ],
    [
      "python-aggregate-once",
      "def f(grid):\n    row = grid[0]\n    total = 0\n    for i in range(len(row)):\n        grid[0][i] = 0\n        total += sum(row)\n    return total\n",
      "under another name",
    ],
    [
      "python-aggregate-once",
      "def f(self, xs):\n    items = self.items\n    total = 0\n    for x in xs:\n        self.items.append(x)\n        total += sum(items)\n    return total\n",
      "under another name",
    ],
    [
      "python-aggregate-once",
      "def f(xs, ys):\n    total = 0\n    for x in xs:\n        if x > 0:\n            total += sum(y.size for y in ys)\n    return total\n",
      "would not come to it",
    ],
    [
      "python-position-dictionary",
      "def f(xs):\n    order = [1, 2]\n    other = order\n    for x in xs:\n        print(order.index(x))\n        other.insert(0, x)\n",
      "under another name",
    ],
    [
      "python-index-by-key",
      "def f(xs, ys, zs):\n    for x in xs:\n        for y in ys:\n            if y == x:\n                zs.append(y)\n",
      "under another name",
    ],
    [
      "python-index-by-key",
      "def f(state, xs, ys):\n    for x in xs:\n        for y in ys:\n            if y == state.current:\n                advance(state)\n",
      "what is looked for stays the same",
    ],
    [
      "python-running-aggregate",
      "def f(xs):\n    return [max(xs[i:]) for i in range(len(xs))]\n",
      "can be compared",
    ],
    [
      "python-running-aggregate",
      "def f(xs):\n    return [sum(xs[i:i + 3]) for i in range(len(xs))]\n",
      "finite numbers",
    ],
    [
      "python-index-by-key",
      "def f(orders, users):\n    for order in orders:\n        for user in users:\n            if user['id'] == order['user_id']:\n                order['user'] = user\n",
      "hashed",
    ],
    [
      "python-index-by-key",
      "def f(orders, users):\n    for order in orders:\n        for user in users:\n            if user.id == order.user_id:\n                order.user = user\n",
      "hashed",
    ],
    [
      "python-index-by-key",
      "def f(self, xs):\n    for i in range(len(xs)):\n        for j in range(i + 1, len(xs)):\n            if xs[i].key == xs[j].key:\n                self.pairs.append((i, j))\n",
      "be it under another name",
    ],
  ])("%s in %s: %s", (name, source, words) => {
    const found = opportunitiesOf(name, source);
    expect(found.length).toBeGreaterThan(0);
    for (const { assumptions } of found) expect(assumptions.join(" ")).toContain(words);
  });

  it("asks for no minimum by default where some elements are left out or the loop goes over more", () => {
    const source =
      "def f(xs):\n    for i in range(len(xs) + 1):\n        print(min(xs) + i)\n    for x in xs:\n        print(min(y for y in xs if y > 0) + x)\n";
    const made = opportunitiesOf("python-aggregate-once", source).map((each) => each.apply());
    expect(made.length).toBe(2);
    expect(made.join("")).not.toContain("default");
  });
});

describe("where it would be wrong, it is not offered", () => {
  it.each(
    Object.entries(refusals).flatMap(([name, sources]) => sources.map((source) => [name, source] as const)),
  )("%s in %s", (name, source) => {
    expect(opportunitiesOf(name, source).map((each) => each.apply())).toEqual([]);
  });
});
