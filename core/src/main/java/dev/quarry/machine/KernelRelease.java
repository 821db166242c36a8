package dev.quarry.machine;

import java.util.Comparator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The version of a kernel, which chooses the rules that the allocator follows.
 *
 * @param major such as 6
 * @param minor such as 18
 * @param sublevel the third number, which makes a release of its own only in the times of 2.6;
 *     later it counts repairs to a release, and is 0 here
 */
public record KernelRelease(int major, int minor, int sublevel)
    implements Comparable<KernelRelease> {
  /** The release that Quarry follows where nothing else is asked for. */
  public static final KernelRelease DEFAULT = new KernelRelease(6, 18);

  private static final Pattern TEXT =
      Pattern.compile("(\\d{1,3})\\.(\\d{1,3})(?:\\.(\\d{1,3}))?(?:[.\\-+~ _].*)?");

  private static final Comparator<KernelRelease> ORDER =
      Comparator.comparingInt(KernelRelease::major)
          .thenComparingInt(KernelRelease::minor)
          .thenComparingInt(KernelRelease::sublevel);

  public KernelRelease {
    sublevel = major > 2 ? 0 : sublevel;
  }

  /** A release of two numbers, such as 6.18. */
  public KernelRelease(int major, int minor) {
    this(major, minor, 0);
  }

  /**
   * Reads a release as {@code uname -r} prints it; what follows the numbers is ignored.
   *
   * @throws IllegalArgumentException if the text does not begin with two numbers
   */
  public static KernelRelease parse(String text) {
    Matcher m = TEXT.matcher(text);
    if (!m.matches()) {
      throw new IllegalArgumentException(
          "\"" + text + "\" is not a kernel release such as 6.18 or 5.10.168-generic");
    }
    String third = m.group(3);
    return new KernelRelease(
        Integer.parseInt(m.group(1)),
        Integer.parseInt(m.group(2)),
        third == null ? 0 : Integer.parseInt(third));
  }

  /** Whether this release is {@code major.minor} or newer. */
  public boolean isAtLeast(int otherMajor, int otherMinor) {
    return major != otherMajor ? major > otherMajor : minor >= otherMinor;
  }

  /** Whether this release is {@code other} or newer. */
  public boolean isAtLeast(KernelRelease other) {
    return compareTo(other) >= 0;
  }

  @Override
  public int compareTo(KernelRelease other) {
    return ORDER.compare(this, other);
  }

  @Override
  public String toString() {
    return major + "." + minor + (sublevel == 0 ? "" : "." + sublevel);
  }
}
