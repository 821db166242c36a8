package dev.quarry.machine;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The version of a kernel, which chooses the rules that the allocator follows.
 *
 * @param major such as 6
 * @param minor such as 18
 */
public record KernelRelease(int major, int minor) implements Comparable<KernelRelease> {
  /** The release that Quarry follows where nothing else is asked for. */
  public static final KernelRelease DEFAULT = new KernelRelease(6, 18);

  private static final Pattern TEXT = Pattern.compile("(\\d{1,3})\\.(\\d{1,3})(?:[.\\-+~ _].*)?");

  /**
   * Reads a release as {@code uname -r} prints it; what follows the second number is ignored.
   *
   * @throws IllegalArgumentException if the text does not begin with two numbers
   */
  public static KernelRelease parse(String text) {
    Matcher m = TEXT.matcher(text);
    if (!m.matches()) {
      throw new IllegalArgumentException(
          "\"" + text + "\" is not a kernel release such as 6.18 or 5.10.168-generic");
    }
    return new KernelRelease(Integer.parseInt(m.group(1)), Integer.parseInt(m.group(2)));
  }

  /** Whether this release is {@code major.minor} or newer. */
  public boolean isAtLeast(int otherMajor, int otherMinor) {
    return major != otherMajor ? major > otherMajor : minor >= otherMinor;
  }

  @Override
  public int compareTo(KernelRelease other) {
    return major != other.major
        ? Integer.compare(major, other.major)
        : Integer.compare(minor, other.minor);
  }

  @Override
  public String toString() {
    return major + "." + minor;
  }
}
