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
  /** How many places hold the key. */
  held(key: string, place: string, end: string): string;
  /** Whether it cannot tell how many; empty where it always can. */
  readonly without: string;
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
      held: (key, place, end) => `${type}_held(&${name}, ${key}, ${place}, ${end})`,
      without: `${name}.without`,
      release: `${type}_release(&${name});`,
    };
  }
  return {
    declare: `${type} ${name};`,
    count: `${name}.count()`,
    add: (key) => `${name}.add(${key})`,
    from: (key, place, end) => `${name}.from(${key}, ${place}, ${end})`,
    after: (place, end) => `${name}.after(${place}, ${end})`,
    held: (key, place, end) => `${name}.held(${key}, ${place}, ${end})`,
    without: "",
    release: "",
  };
}

export function indexText(language: Language, type: string): string {
  return (language === "c" ? textInC : textInCpp)
    .replaceAll("key_index", type)
    .replaceAll("key_group", type.replace("index", "group"));
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

const textInC = `/* Which places of an array hold a key, in rising order, and how many. Without memory it names every place. */
struct key_group {
    unsigned long long key;
    unsigned first, last, count;
};

struct key_index {
    struct key_group *groups;
    unsigned long long *key;
    unsigned *next, *rank;
    size_t slots, room, count;
    int without;
};

static struct key_group *key_index_group(const struct key_index *index, unsigned long long key)
{
    size_t slot = (size_t)((key ^ key >> 32) * 0x9E3779B97F4A7C15ull >> 32) & (index->slots - 1);
    while (index->groups[slot].count > 0 && index->groups[slot].key != key)
        slot = (slot + 1) & (index->slots - 1);
    return &index->groups[slot];
}

static void key_index_enter(struct key_index *index, size_t place)
{
    struct key_group *group = key_index_group(index, index->key[place]);
    if (group->count == 0) {
        group->key = index->key[place];
        group->first = (unsigned)place;
    } else
        index->next[group->last] = (unsigned)place;
    group->last = (unsigned)place;
    index->next[place] = UINT_MAX;
    index->rank[place] = group->count++;
}

static void key_index_grow(struct key_index *index)
{
    const size_t room = index->room ? 2 * index->room : 64;
    struct key_group *groups = calloc(2 * room, sizeof *groups);
    unsigned long long *key = realloc(index->key, room * sizeof *key);
    unsigned *next = realloc(index->next, room * sizeof *next);
    unsigned *rank = realloc(index->rank, room * sizeof *rank);
    free(index->groups);
    index->groups = groups;
    if (key) index->key = key;
    if (next) index->next = next;
    if (rank) index->rank = rank;
    if (!groups || !key || !next || !rank || room >= UINT_MAX) {
        index->without = 1;
        return;
    }
    index->room = room;
    index->slots = 2 * room;
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

static size_t key_index_after(const struct key_index *index, size_t place, size_t end)
{
    if (index->without)
        return place + 1;
    return index->next[place] != UINT_MAX && index->next[place] < end ? index->next[place] : end;
}

static size_t key_index_from(const struct key_index *index, unsigned long long key, size_t from, size_t end)
{
    const struct key_group *group;
    size_t at;
    if (index->without || index->count == 0)
        return from;
    if (from > 0 && from <= index->count && index->key[from - 1] == key)
        return key_index_after(index, from - 1, end);
    group = key_index_group(index, key);
    at = group->count > 0 && group->first < end ? group->first : end;
    while (at < from && at < end)
        at = key_index_after(index, at, end);
    return at;
}

static size_t key_index_held(const struct key_index *index, unsigned long long key, size_t from, size_t end)
{
    size_t held = 0;
    if (end < index->count || from > end || (from > 0 && index->key[from - 1] != key)) {
        for (size_t at = key_index_from(index, key, from, end); at < end; at = key_index_after(index, at, end))
            held++;
        return held;
    }
    held = index->count > 0 ? key_index_group(index, key)->count : 0;
    return from > 0 ? held - index->rank[from - 1] - 1 : held;
}

static void key_index_release(struct key_index *index)
{
    free(index->groups);
    free(index->key);
    free(index->next);
    free(index->rank);
}`;

const textInCpp = `/// Which places of an array hold a key, in rising order, and how many.
class key_index {
public:
    std::size_t count() const { return keys.size(); }

    void add(unsigned long long key)
    {
        if (2 * keys.size() >= groups.size()) {
            groups.assign(groups.empty() ? 128 : 2 * groups.size(), group());
            for (std::size_t place = 0; place < keys.size(); place++)
                enter(place);
        }
        keys.push_back(key);
        next.push_back(UINT_MAX);
        rank.push_back(0);
        enter(keys.size() - 1);
    }

    std::size_t from(unsigned long long key, std::size_t place, std::size_t end) const
    {
        if (keys.empty())
            return place;
        if (place > 0 && place <= keys.size() && keys[place - 1] == key)
            return after(place - 1, end);
        const group &own = groups[slot(key)];
        std::size_t at = own.count > 0 && own.first < end ? own.first : end;
        while (at < place && at < end)
            at = after(at, end);
        return at;
    }

    std::size_t after(std::size_t place, std::size_t end) const
    {
        return next[place] != UINT_MAX && next[place] < end ? next[place] : end;
    }

    std::size_t held(unsigned long long key, std::size_t place, std::size_t end) const
    {
        std::size_t found = 0;
        if (end < keys.size() || place > end || (place > 0 && keys[place - 1] != key)) {
            for (std::size_t at = from(key, place, end); at < end; at = after(at, end))
                found++;
            return found;
        }
        found = keys.empty() ? 0 : groups[slot(key)].count;
        return place > 0 ? found - rank[place - 1] - 1 : found;
    }

private:
    struct group {
        unsigned long long key = 0;
        unsigned first = 0, last = 0, count = 0;
    };
    std::vector<group> groups;
    std::vector<unsigned long long> keys;
    std::vector<unsigned> next, rank;

    std::size_t slot(unsigned long long key) const
    {
        std::size_t at = static_cast<std::size_t>((key ^ key >> 32) * 0x9E3779B97F4A7C15ull >> 32) & (groups.size() - 1);
        while (groups[at].count > 0 && groups[at].key != key)
            at = (at + 1) & (groups.size() - 1);
        return at;
    }

    void enter(std::size_t place)
    {
        group &own = groups[slot(keys[place])];
        if (own.count == 0) {
            own.key = keys[place];
            own.first = static_cast<unsigned>(place);
        } else
            next[own.last] = static_cast<unsigned>(place);
        own.last = static_cast<unsigned>(place);
        next[place] = UINT_MAX;
        rank[place] = own.count++;
    }
};`;
