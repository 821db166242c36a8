package dev.quarry.observe;

import java.util.Locale;

/** A name with what would break a line or a column as octal digits: {@code mangle_path}, 6.18. */
final class MangledPath {
  private MangledPath() {}

  /** What {@code seq_file_path} prints for a name if these characters are special. */
  static String of(String name, String special) {
    StringBuilder out = new StringBuilder();
    for (char c : name.toCharArray()) {
      boolean plain = special.indexOf(c) < 0;
      out.append(plain ? String.valueOf(c) : String.format(Locale.ROOT, "\\%03o", (int) c));
    }
    return out.toString();
  }
}
