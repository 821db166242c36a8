package dev.quarry.explain.log;

import dev.quarry.explain.log.text.Cursor;
import dev.quarry.machine.KernelRelease;
import org.jspecify.annotations.Nullable;

/** The word of a line that names a kernel's release, such as {@code 5.19.0-1-amd64}. */
final class ReleaseWord {
  /** The releases after which the first number went up. */
  private static final int LAST_MINOR_OF_3 = 19;

  private static final int LAST_MINOR_OF_4 = 20;
  private static final int LAST_MINOR = 19;

  private ReleaseWord() {}

  /** The first such word from a place on; null if there is none. */
  static @Nullable String find(String text, int from) {
    int at = from;
    while (at < text.length()) {
      int end = text.indexOf(' ', at);
      end = end < 0 ? text.length() : end;
      int begin = at < end && text.charAt(at) == '(' ? at + 1 : at;
      if (isRelease(text, begin, end)) {
        return text.substring(begin, end);
      }
      at = end + 1;
    }
    return null;
  }

  private static boolean isRelease(String text, int begin, int end) {
    Cursor cursor = new Cursor(text, begin);
    boolean two = !cursor.digits().isEmpty() && cursor.skip('.') && !cursor.digits().isEmpty();
    return two && cursor.at() <= end;
  }

  /** Whose rules a release follows; null if it cannot be told. */
  static @Nullable KernelRelease rules(String kernel) {
    try {
      KernelRelease release = KernelRelease.parse(kernel);
      return kernel.contains("-next-") ? after(release) : release;
    } catch (IllegalArgumentException e) {
      return null;
    }
  }

  /** The release that follows one. */
  private static KernelRelease after(KernelRelease release) {
    int last =
        switch (release.major()) {
          case 3 -> LAST_MINOR_OF_3;
          case 4 -> LAST_MINOR_OF_4;
          default -> LAST_MINOR;
        };
    if (release.major() == 2) {
      return new KernelRelease(2, release.minor(), release.sublevel() + 1);
    }
    return release.minor() >= last
        ? new KernelRelease(release.major() + 1, 0)
        : new KernelRelease(release.major(), release.minor() + 1);
  }
}
