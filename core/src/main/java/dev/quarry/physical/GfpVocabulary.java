package dev.quarry.physical;

import dev.quarry.machine.KernelRelease;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Names and numbers of GFP flags in one release of the kernel, both ways. Masks inside Quarry are
 * {@link Gfp}'s; what a user types and reads is the release's.
 */
public final class GfpVocabulary {
  /** A name with the flags that it stands for. */
  private record Name(String text, int flags) {}

  private final GfpEra era;
  private final List<Name> names;

  private GfpVocabulary(GfpEra era) {
    this.era = era;
    List<Name> all = new ArrayList<>();
    for (GfpEra.Composite composite : era.composites()) {
      all.add(new Name(composite.name(), composite.flags()));
    }
    for (GfpEra.Bit bit : era.bits()) {
      all.add(new Name("__GFP_" + bit.name(), bit.flags()));
    }
    this.names = List.copyOf(all);
  }

  /** The vocabulary of a release. */
  public static GfpVocabulary of(KernelRelease release) {
    return new GfpVocabulary(GfpEra.of(release));
  }

  /** All names that the release knows, composites first. */
  public List<String> names() {
    return names.stream().map(Name::text).toList();
  }

  /** The release's mask for canonical flags; flags that it does not have are left out. */
  public long toMask(int flags) {
    long mask = 0;
    for (GfpEra.Bit bit : era.bits()) {
      if ((flags & bit.flags()) == bit.flags()) {
        mask |= bit.mask();
      }
    }
    return mask;
  }

  /** The canonical flags of a release's mask; bits that it does not know are left out. */
  public int fromMask(long mask) {
    int flags = 0;
    for (GfpEra.Bit bit : era.bits()) {
      if ((mask & bit.mask()) == bit.mask()) {
        flags |= bit.flags();
      }
    }
    return flags;
  }

  /**
   * The flags by name as the kernel prints them with {@code %pGg}: names of the table in its order,
   * each taking its bits away, joined by {@code |}.
   */
  public String format(int flags) {
    if (flags == 0) {
      return "none";
    }
    StringBuilder out = new StringBuilder();
    int left = flags;
    for (Name name : names) {
      if (name.flags != 0 && (left & name.flags) == name.flags) {
        out.append(out.isEmpty() ? "" : "|").append(name.text);
        left &= ~name.flags;
      }
    }
    if (left != 0) {
      out.append(out.isEmpty() ? "" : "|").append("0x").append(Integer.toHexString(left));
    }
    return out.toString();
  }

  /**
   * Reads flags: names joined by {@code |}, or the release's mask as a hexadecimal number.
   *
   * @throws IllegalArgumentException naming the word that is not known and the nearest that is
   */
  public int parse(String text) {
    int flags = 0;
    for (String word : text.split("\\|", -1)) {
      flags |= parseWord(word.strip(), text);
    }
    return flags;
  }

  private int parseWord(String word, String whole) {
    if (word.startsWith("0x")) {
      try {
        return fromMask(Long.parseUnsignedLong(word.substring(2), 16));
      } catch (NumberFormatException e) {
        throw new IllegalArgumentException("\"" + word + "\" is not a hexadecimal mask", e);
      }
    }
    if (word.equals("none") || word.equals("0")) {
      return 0;
    }
    for (Name name : names) {
      if (name.text.equals(word)) {
        return name.flags;
      }
    }
    throw new IllegalArgumentException(
        "\""
            + word
            + "\" in \""
            + whole
            + "\" is not a GFP flag of this kernel; did you mean "
            + nearest(word)
            + "?");
  }

  private String nearest(String word) {
    String upper = word.toUpperCase(Locale.ROOT);
    String best = "GFP_KERNEL";
    int least = Integer.MAX_VALUE;
    for (Name name : names) {
      int distance = distance(upper, name.text);
      if (distance < least) {
        least = distance;
        best = name.text;
      }
    }
    return best;
  }

  /** Letters to change, add or drop to get from one word to the other. */
  private static int distance(String from, String to) {
    if (from.length() > 64) {
      return to.length();
    }
    int[] row = new int[to.length() + 1];
    for (int j = 0; j <= to.length(); j++) {
      row[j] = j;
    }
    for (int i = 1; i <= from.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= to.length(); j++) {
        int change = diagonal + (from.charAt(i - 1) == to.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(change, 1 + Math.min(row[j], row[j - 1]));
      }
    }
    return row[to.length()];
  }
}
