/**
 * The code of a hash index over the places of an array, in C and in C++: which places hold a key, in rising order. Part of indexed-search.
 *
 * It is filled place by place and answers two questions: which is the first place from here on that may hold the key, and which is the next. Where
 * there is no memory for it, it answers with the very next place, so that the loop walks as it did before.
 */
import type { Language } from "../../code/language.ts";

/** What the code of a rewritten loop says to the index `name`. Places and ends are of type `size_t`. */
export interface IndexCalls {
  readonly declare: string;
  readonly count: string;
  add(key: string): string;
  from(key: string, place: string, end: string): string;
  after(place: string, end: string): string;
  /** Empty where the language cleans up by itself. */
  readonly release: string;
}

export const indexHeaders: Readonly<Record<"c" | "c++", readonly string[]>> = {
  c: ["<limits.h>", "<stddef.h>", "<stdlib.h>"],
  "c++": ["<climits>", "<cstddef>", "<vector>"],
};

export function indexCalls(language: Language, type: string, name: string): IndexCalls {
  if (language === "c") {
    return {
      declare: `struct ${type} ${name} = {0};`,
      count: `${name}.count`,
      add: (key) => `${type}_add(&${name}, ${key})`,
      from: (key, place, end) => `${type}_from(&${name}, ${key}, ${place}, ${end})`,
      after: (place, end) => `${type}_after(&${name}, ${place}, ${end})`,
      release: `${type}_release(&${name});`,
    };
  }
  return {
    declare: `${type} ${name};`,
    count: `${name}.count()`,
    add: (key) => `${name}.add(${key})`,
    from: (key, place, end) => `${name}.from(${key}, ${place}, ${end})`,
    after: (place, end) => `${name}.after(${place}, ${end})`,
    release: "",
  };
}

export function indexText(language: Language, type: string): string {
  return (language === "c" ? textInC : textInCpp).replaceAll("key_index", type);
}

/** What turns a text that ends with a zero into a number. C alone: C++ has its own. */
export function textHash(type: string): string {
  return `static unsigned long long ${type}_of_text(const char *text)
{
    unsigned long long key = 14695981039346656037ull;
    for (; *text; text++)
        key = (key ^ (unsigned char)*text) * 1099511628211ull;
    return key;
}`;
}

const textInC = `/* Which places of an array hold a key, in rising order. Without memory it names every place. */
struct key_index {
    unsigned *first, *last, *next;
    unsigned long long *key;
    size_t buckets, room, count;
    int without;
};

static size_t key_index_bucket(const struct key_index *index, unsigned long long key)
{
    return (size_t)((key ^ key >> 32) * 0x9E3779B97F4A7C15ull >> 32) & (index->buckets - 1);
}

static void key_index_enter(struct key_index *index, size_t place)
{
    const size_t bucket = key_index_bucket(index, index->key[place]);
    index->next[place] = UINT_MAX;
    if (index->first[bucket] == UINT_MAX)
        index->first[bucket] = (unsigned)place;
    else
        index->next[index->last[bucket]] = (unsigned)place;
    index->last[bucket] = (unsigned)place;
}

static void key_index_grow(struct key_index *index)
{
    const size_t room = index->room ? 2 * index->room : 64;
    unsigned *first = realloc(index->first, 2 * room * sizeof *first);
    unsigned *last = realloc(index->last, 2 * room * sizeof *last);
    unsigned *next = realloc(index->next, room * sizeof *next);
    unsigned long long *key = realloc(index->key, room * sizeof *key);
    if (first) index->first = first;
    if (last) index->last = last;
    if (next) index->next = next;
    if (key) index->key = key;
    if (!first || !last || !next || !key || room >= UINT_MAX) {
        index->without = 1;
        return;
    }
    index->room = room;
    index->buckets = 2 * room;
    for (size_t bucket = 0; bucket < index->buckets; bucket++)
        first[bucket] = UINT_MAX;
    for (size_t place = 0; place < index->count; place++)
        key_index_enter(index, place);
}

static void key_index_add(struct key_index *index, unsigned long long key)
{
    if (index->count == index->room && !index->without)
        key_index_grow(index);
    if (!index->without) {
        index->key[index->count] = key;
        key_index_enter(index, index->count);
    }
    index->count++;
}

static size_t key_index_from(const struct key_index *index, unsigned long long key, size_t from, size_t end)
{
    unsigned at;
    if (index->without || index->count == 0)
        return from;
    if (from > 0 && from <= index->count && index->key[from - 1] == key)
        at = index->next[from - 1];
    else
        at = index->first[key_index_bucket(index, key)];
    while (at != UINT_MAX && at < end && (at < from || index->key[at] != key))
        at = index->next[at];
    return at != UINT_MAX && at < end ? at : end;
}

static size_t key_index_after(const struct key_index *index, size_t place, size_t end)
{
    unsigned at;
    if (index->without)
        return place + 1;
    at = index->next[place];
    while (at != UINT_MAX && at < end && index->key[at] != index->key[place])
        at = index->next[at];
    return at != UINT_MAX && at < end ? at : end;
}

static void key_index_release(struct key_index *index)
{
    free(index->first);
    free(index->last);
    free(index->next);
    free(index->key);
}`;

const textInCpp = `/// Which places of an array hold a key, in rising order.
class key_index {
public:
    std::size_t count() const { return keys.size(); }

    void add(unsigned long long key)
    {
        if (2 * keys.size() >= first.size()) {
            first.assign(first.empty() ? 128 : 2 * first.size(), UINT_MAX);
            last.resize(first.size());
            for (std::size_t place = 0; place < keys.size(); place++)
                enter(place);
        }
        keys.push_back(key);
        next.push_back(UINT_MAX);
        enter(keys.size() - 1);
    }

    std::size_t from(unsigned long long key, std::size_t place, std::size_t end) const
    {
        if (keys.empty())
            return place;
        unsigned at = place > 0 && place <= keys.size() && keys[place - 1] == key ? next[place - 1] : first[bucket(key)];
        while (at != UINT_MAX && at < end && (at < place || keys[at] != key))
            at = next[at];
        return at != UINT_MAX && at < end ? at : end;
    }

    std::size_t after(std::size_t place, std::size_t end) const
    {
        unsigned at = next[place];
        while (at != UINT_MAX && at < end && keys[at] != keys[place])
            at = next[at];
        return at != UINT_MAX && at < end ? at : end;
    }

private:
    std::vector<unsigned> first, last, next;
    std::vector<unsigned long long> keys;

    std::size_t bucket(unsigned long long key) const
    {
        return static_cast<std::size_t>((key ^ key >> 32) * 0x9E3779B97F4A7C15ull >> 32) & (first.size() - 1);
    }

    void enter(std::size_t place)
    {
        const std::size_t home = bucket(keys[place]);
        next[place] = UINT_MAX;
        if (first[home] == UINT_MAX)
            first[home] = static_cast<unsigned>(place);
        else
            next[last[home]] = static_cast<unsigned>(place);
        last[home] = static_cast<unsigned>(place);
    }
};`;
