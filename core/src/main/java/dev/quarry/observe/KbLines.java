package dev.quarry.observe;

import java.util.Locale;

/**
 * Lines of a name and a number of KiB, in columns: {@code show_val_kb} (fs/proc/meminfo.c, 6.18)
 * and its like for a node (drivers/base/node.c).
 */
final class KbLines {
  private final StringBuilder out = new StringBuilder();
  private final String prefix;
  private final int pageShift;

  /**
   * No lines yet.
   *
   * @param prefix what each line begins with
   */
  KbLines(String prefix, int pageShift) {
    this.prefix = prefix;
    this.pageShift = pageShift;
  }

  void kb(String name, long kilobytes) {
    out.append(String.format(Locale.ROOT, "%s%-16s%8d kB\n", prefix, name + ":", kilobytes));
  }

  void pages(String name, long pages) {
    kb(name, pages << (pageShift - 10));
  }

  /** A line that counts things; its number ends at column {@code width} behind the prefix. */
  void count(String name, int width, long count) {
    String label = name + ":";
    String form = "%s%s%" + (width - label.length()) + "d\n";
    out.append(String.format(Locale.ROOT, form, prefix, label, count));
  }

  @Override
  public String toString() {
    return out.toString();
  }
}
