package dev.quarry.machine;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Sizes and addresses as people write them: {@code 4096}, {@code 64K}, {@code 1.5G}, {@code 4KiB},
 * {@code 0x1000}. Units are powers of 1024.
 */
public final class Sizes {
  private static final Pattern DECIMAL =
      Pattern.compile(
          "(\\d{1,19})(?:\\.(\\d{1,6}))?\\s*([KMGTP]?)(?:i?B)?", Pattern.CASE_INSENSITIVE);
  private static final Pattern HEX = Pattern.compile("0[xX]([0-9a-fA-F]{1,15})");
  private static final String UNITS = "KMGTP";

  private Sizes() {}

  /**
   * Reads a size in bytes.
   *
   * @throws IllegalArgumentException if it is none, or not a whole number of bytes below 2^63
   */
  public static long parse(String text) {
    Matcher hex = HEX.matcher(text);
    if (hex.matches()) {
      return Long.parseLong(hex.group(1), 16);
    }
    Matcher m = DECIMAL.matcher(text);
    if (!m.matches()) {
      throw new IllegalArgumentException(
          "\"" + shown(text) + "\" is not a size such as 4096, 64K, 1.5G or 0x1000");
    }
    int exponent = 10 * (UNITS.indexOf(m.group(3).toUpperCase(Locale.ROOT)) + 1);
    long unit = m.group(3).isEmpty() ? 1 : 1L << exponent;
    try {
      long whole = Math.multiplyExact(Long.parseLong(m.group(1)), unit);
      return m.group(2) == null ? whole : Math.addExact(whole, fraction(text, m.group(2), unit));
    } catch (ArithmeticException | NumberFormatException e) {
      throw new IllegalArgumentException("\"" + shown(text) + "\" is above 2^63 - 1 bytes", e);
    }
  }

  private static long fraction(String text, String digits, long unit) {
    long scale = 1;
    for (int i = 0; i < digits.length(); i++) {
      scale *= 10;
    }
    // Unit and scale stay below 2^70 in all but petabytes with six digits; split to be safe.
    long part =
        Long.parseLong(digits) * (unit / scale) + Long.parseLong(digits) * (unit % scale) / scale;
    if (unit == 1) {
      throw new IllegalArgumentException("\"" + shown(text) + "\" is not a whole number of bytes");
    }
    return part;
  }

  private static String shown(String text) {
    return text.length() <= 40 ? text : text.substring(0, 40) + "...";
  }

  /** A size in the largest unit that divides it: {@code 896 MiB}; shortest form for specs. */
  public static String format(long bytes) {
    for (int i = UNITS.length(); i > 0; i--) {
      long unit = 1L << (10 * i);
      if (bytes >= unit && bytes % unit == 0) {
        return bytes / unit + " " + UNITS.charAt(i - 1) + "iB";
      }
    }
    return bytes + " bytes";
  }

  /** A size as a spec has it: {@code 896M}, {@code 4096}. */
  public static String compact(long bytes) {
    for (int i = UNITS.length(); i > 0; i--) {
      long unit = 1L << (10 * i);
      if (bytes >= unit && bytes % unit == 0) {
        return bytes / unit + UNITS.substring(i - 1, i);
      }
    }
    return Long.toString(bytes);
  }
}
