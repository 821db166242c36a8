package dev.quarry.explain.verdict;

import java.util.List;
import java.util.Locale;

/** Numbers and lists as sentences have them. */
public final class Words {
  private Words() {}

  /** A number with its thousands apart: 31,718. */
  public static String count(long value) {
    return String.format(Locale.ROOT, "%,d", value);
  }

  /** Pages: "1 page", "31,718 pages". */
  public static String pages(long pages) {
    return count(pages) + (pages == 1 ? " page" : " pages");
  }

  /** The order of a block and its size: "order 4 (64 kB)". */
  public static String order(int order, int pageKb) {
    return "order " + order + " (" + size((long) pageKb << order) + ")";
  }

  /** A size in kB with the unit that suits it: 64 kB, 4 MiB, 13.6 GiB. */
  public static String size(long kb) {
    if (kb >= 1L << 20) {
      return String.format(Locale.ROOT, "%,.1f GiB", kb / (double) (1 << 20));
    }
    if (kb >= 1L << 10 && kb % (1 << 10) == 0) {
      return (kb >> 10) + " MiB";
    }
    return kb >= 10L << 10
        ? String.format(Locale.ROOT, "%,.1f MiB", kb / 1024.0)
        : count(kb) + " kB";
  }

  /** "A", "A and B", "A, B and C". */
  public static String list(List<String> words) {
    int last = words.size() - 1;
    return last < 1
        ? String.join("", words)
        : String.join(", ", words.subList(0, last)) + " and " + words.get(last);
  }
}
