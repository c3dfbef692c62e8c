/**
 * The code of a hash index over the places of an array, in C and in C++: which places hold a key, in rising order. Part of indexed-search.
 *
 * It is filled place by place and answers two questions: which is the first place from here on that may hold the key, and which is the next. Where
 * there is no memory for it, it answers with the very next place, so that the loop walks as it did before.
 */
import type { Language } from "../../../code/language.ts";

/** What the code of a rewritten loop says to the index `name`. Places and ends are of type `size_t`. */
export interface IndexCalls {
  readonly declare: string;
  readonly count: string;
  /** `expected` is how many places there will be at least. */
  add(key: string, expected: string): string;
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
      add: (key, expected) => `${type}_add(&${name}, ${key}, ${expected})`,
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
    add: (key, expected) => `${name}.add(${key}, ${expected})`,
    from: (key, place, end) => `${name}.from(${key}, ${place}, ${end})`,
    after: (place, end) => `${name}.after(${place}, ${end})`,
    held: (key, place, end) => `${name}.held(${key}, ${place}, ${end})`,
    without: "",
    release: "",
  };
}

export function indexText(language: Language, type: string): string {
  return (language === "c" ? textInC : textInCpp).replaceAll("key_index", type);
}

/** What counts the places of a key. C alone: in C++ it belongs to the class. */
export function heldText(type: string): string {
  return heldInC.replaceAll("key_index", type);
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
struct key_index {
    unsigned *slot, *next, *last, *rank;
    unsigned long long *key;
    size_t slots, room, count;
    int without;
};

static size_t key_index_slot(const struct key_index *index, unsigned long long key)
{
    size_t at = (size_t)((key ^ key >> 32) * 0x9E3779B97F4A7C15ull >> 32) & (index->slots - 1);
    while (index->slot[at] != UINT_MAX && index->key[index->slot[at]] != key)
        at = (at + 1) & (index->slots - 1);
    return at;
}

static void key_index_enter(struct key_index *index, size_t place)
{
    const size_t slot = key_index_slot(index, index->key[place]);
    size_t first = index->slot[slot];
    index->next[place] = UINT_MAX;
    index->rank[place] = 0;
    if (first == UINT_MAX) {
        first = place;
        index->slot[slot] = (unsigned)place;
    } else {
        index->rank[place] = index->rank[index->last[first]] + 1;
        index->next[index->last[first]] = (unsigned)place;
    }
    index->last[first] = (unsigned)place;
}

static void key_index_grow(struct key_index *index, size_t expected)
{
    size_t room = index->room ? 2 * index->room : 64;
    while (room < expected)
        room *= 2;
    unsigned *slot = malloc(2 * room * sizeof *slot);
    unsigned *next = malloc(room * sizeof *next);
    unsigned *last = malloc(room * sizeof *last);
    unsigned *rank = malloc(room * sizeof *rank);
    unsigned long long *key = realloc(index->key, room * sizeof *key);
    free(index->slot);
    free(index->next);
    free(index->last);
    free(index->rank);
    index->slot = slot;
    index->next = next;
    index->last = last;
    index->rank = rank;
    if (key) index->key = key;
    if (!slot || !next || !last || !rank || !key || room >= UINT_MAX) {
        index->without = 1;
        return;
    }
    index->room = room;
    index->slots = 2 * room;
    for (size_t at = 0; at < index->slots; at++)
        slot[at] = UINT_MAX;
    for (size_t place = 0; place < index->count; place++)
        key_index_enter(index, place);
}

static void key_index_add(struct key_index *index, unsigned long long key, size_t expected)
{
    if (index->count == index->room && !index->without)
        key_index_grow(index, expected);
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
    size_t at;
    if (index->without || index->count == 0)
        return from;
    if (from > 0 && from <= index->count && index->key[from - 1] == key)
        return key_index_after(index, from - 1, end);
    at = index->slot[key_index_slot(index, key)];
    if (at == UINT_MAX || at >= end)
        return end;
    while (at < from && at < end)
        at = key_index_after(index, at, end);
    return at;
}

static void key_index_release(struct key_index *index)
{
    free(index->slot);
    free(index->next);
    free(index->last);
    free(index->rank);
    free(index->key);
}`;

const textInCpp = `/// Which places of an array hold a key, in rising order, and how many.
class key_index {
public:
    std::size_t count() const { return keys.size(); }

    void add(unsigned long long key, std::size_t expected)
    {
        if (2 * keys.size() >= slots.size()) {
            std::size_t room = slots.empty() ? 128 : 2 * slots.size();
            while (room < 2 * expected)
                room *= 2;
            slots.assign(room, UINT_MAX);
            for (auto *each : {&next, &last, &rank})
                each->resize(room / 2);
            keys.reserve(room / 2);
            for (std::size_t place = 0; place < keys.size(); place++)
                enter(place);
        }
        keys.push_back(key);
        enter(keys.size() - 1);
    }

    std::size_t from(unsigned long long key, std::size_t place, std::size_t end) const
    {
        if (keys.empty())
            return place;
        if (place > 0 && place <= keys.size() && keys[place - 1] == key)
            return after(place - 1, end);
        std::size_t at = slots[slot(key)];
        if (at == UINT_MAX || at >= end)
            return end;
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
        if (end < keys.size() || place > end || (place > 0 && keys[place - 1] != key)) {
            std::size_t found = 0;
            for (std::size_t at = from(key, place, end); at < end; at = after(at, end))
                found++;
            return found;
        }
        const std::size_t first = keys.empty() ? UINT_MAX : slots[slot(key)];
        if (first == UINT_MAX)
            return 0;
        const std::size_t found = rank[last[first]] + 1;
        return place > 0 ? found - rank[place - 1] - 1 : found;
    }

private:
    std::vector<unsigned> slots, next, last, rank;
    std::vector<unsigned long long> keys;

    std::size_t slot(unsigned long long key) const
    {
        std::size_t at = static_cast<std::size_t>((key ^ key >> 32) * 0x9E3779B97F4A7C15ull >> 32) & (slots.size() - 1);
        while (slots[at] != UINT_MAX && keys[slots[at]] != key)
            at = (at + 1) & (slots.size() - 1);
        return at;
    }

    void enter(std::size_t place)
    {
        const std::size_t home = slot(keys[place]);
        std::size_t first = slots[home];
        next[place] = UINT_MAX;
        rank[place] = 0;
        if (first == UINT_MAX) {
            first = place;
            slots[home] = static_cast<unsigned>(place);
        } else {
            rank[place] = rank[last[first]] + 1;
            next[last[first]] = static_cast<unsigned>(place);
        }
        last[first] = static_cast<unsigned>(place);
    }
};`;

const heldInC = `static size_t key_index_held(const struct key_index *index, unsigned long long key, size_t from, size_t end)
{
    size_t held = 0, first;
    if (end < index->count || from > end || (from > 0 && index->key[from - 1] != key)) {
        for (size_t at = key_index_from(index, key, from, end); at < end; at = key_index_after(index, at, end))
            held++;
        return held;
    }
    first = index->count > 0 ? index->slot[key_index_slot(index, key)] : UINT_MAX;
    if (first == UINT_MAX)
        return 0;
    held = index->rank[index->last[first]] + 1;
    return from > 0 ? held - index->rank[from - 1] - 1 : held;
}`;
