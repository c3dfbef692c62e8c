struct book {
  int section;
  int shelfmark;
  int volume;
  int year;
  double price;
  int copies;
  int loans;
};

static int belongs_before(struct book a, struct book b) {
  if (a.section != b.section) return a.section < b.section;
  if (a.shelfmark != b.shelfmark) return a.shelfmark < b.shelfmark;
  return a.volume < b.volume;
}

/* Sorts books by section, shelfmark and volume. Where all three are the same, the order stays. */
void sort_books(struct book *books, int n) {
  for (int i = 1; i < n; i++) {
    for (int j = i; j > 0 && belongs_before(books[j], books[j - 1]); j--) {
      struct book other = books[j];
      books[j] = books[j - 1];
      books[j - 1] = other;
    }
  }
}
