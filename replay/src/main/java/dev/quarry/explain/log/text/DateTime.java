package dev.quarry.explain.log.text;

import java.util.Set;

/**
 * The dates and times with which loggers begin a line. Each method moves a cursor over one, or
 * leaves it where it is.
 */
final class DateTime {
  private static final Set<String> MONTHS =
      Set.of("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec");
  private static final Set<String> DAYS = Set.of("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun");
  private static final int YEAR_DIGITS = 4;

  private DateTime() {}

  /** Moves over a date with its time, of any form. */
  static boolean skip(Cursor cursor) {
    int from = cursor.at();
    char c = cursor.here();
    boolean found = Cursor.isDigit(c) ? numeric(cursor) : named(cursor);
    if (!found || !(cursor.atEnd() || cursor.here() == ' ' || cursor.here() == ']')) {
      cursor.moveTo(from);
      return false;
    }
    return true;
  }

  /** {@code Nov 15 05:03:51}, {@code Wed Nov 15 05:03:51 2023}, {@code Nov 15 2023 05:03:51.5}. */
  private static boolean named(Cursor cursor) {
    if (isName(cursor, DAYS)) {
      cursor.moveTo(cursor.at() + 3);
      cursor.skipSpaces();
    }
    if (!isName(cursor, MONTHS)) {
      return false;
    }
    cursor.moveTo(cursor.at() + 3);
    cursor.skipSpaces();
    if (cursor.digits().isEmpty()) {
      return false;
    }
    cursor.skipSpaces();
    if (cursor.skipDigits(YEAR_DIGITS)) {
      cursor.skipSpaces();
    }
    if (!clock(cursor)) {
      return false;
    }
    int end = cursor.at();
    cursor.skipSpaces();
    if (!cursor.skipDigits(YEAR_DIGITS)) {
      cursor.moveTo(end);
    }
    return true;
  }

  /** Whether a name of three letters is here, and ends here. */
  private static boolean isName(Cursor cursor, Set<String> names) {
    return Character.isUpperCase(cursor.here()) && names.contains(cursor.ahead(3)) && ends(cursor);
  }

  private static boolean ends(Cursor cursor) {
    int from = cursor.at();
    cursor.moveTo(from + 3);
    boolean whole = cursor.here() == ' ' || Cursor.isDigit(cursor.here());
    cursor.moveTo(from);
    return whole;
  }

  /**
   * {@code 2023-11-15T05:03:51.123+01:00}, {@code 2023 Nov 15 05:03:51}, {@code 11-15 05:03:51.1},
   * {@code 05:03:51}, {@code 1700000000.123456}.
   */
  private static boolean numeric(Cursor cursor) {
    int from = cursor.at();
    if (clock(cursor)) {
      return true;
    }
    String first = cursor.digits();
    if (first.length() == 10 && cursor.skip('.')) {
      return !cursor.digits().isEmpty();
    }
    if (first.length() == YEAR_DIGITS && cursor.skip(' ')) {
      return named(cursor);
    }
    boolean year = first.length() == YEAR_DIGITS;
    if ((year || first.length() == 2) && (cursor.here() == '-' || cursor.here() == '/')) {
      char separator = cursor.here();
      cursor.skip(separator);
      boolean date = cursor.skipDigits(2);
      if (date && year) {
        date = cursor.skip(separator) && cursor.skipDigits(2);
      }
      return date && (cursor.skip('T') || cursor.skip(' ')) && clock(cursor);
    }
    cursor.moveTo(from);
    return false;
  }

  /** {@code 05:03:51}, with parts of a second and a zone. */
  private static boolean clock(Cursor cursor) {
    int from = cursor.at();
    boolean minutes = cursor.skipDigits(2) && cursor.skip(':') && cursor.skipDigits(2);
    if (!minutes || !(cursor.skip(':') && cursor.skipDigits(2))) {
      cursor.moveTo(from);
      return false;
    }
    if (cursor.here() == '.' || cursor.here() == ',') {
      cursor.moveTo(cursor.at() + 1);
      cursor.digits();
    }
    if (!cursor.skip('Z') && (cursor.here() == '+' || cursor.here() == '-')) {
      cursor.moveTo(cursor.at() + 1);
      cursor.digits();
      if (cursor.skip(':')) {
        cursor.digits();
      }
    }
    return true;
  }
}
