struct date {
  int year, month, day;
};

static int is_leap_year(int year) {
  return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static int days_in_month(int year, int month) {
  switch (month) {
    case 2:
      return is_leap_year(year) ? 29 : 28;
    case 4:
    case 6:
    case 9:
    case 11:
      return 30;
    default:
      return 31;
  }
}

/* How many days after the first of January 1900 each date is. */
void day_numbers(const struct date *dates, int *numbers, int count) {
  for (int i = 0; i < count; i++) {
    int days = 0;
    for (int year = 1900; year < dates[i].year; year++) {
      days += is_leap_year(year) ? 366 : 365;
    }
    for (int month = 1; month < dates[i].month; month++) {
      days += days_in_month(dates[i].year, month);
    }
    numbers[i] = days + dates[i].day - 1;
  }
}
