package dev.quarry.physical;

import dev.quarry.machine.KernelRelease;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Names and numbers of GFP flags in one release of the kernel, both ways, from 2.6.18 to 6.19.
 * Flags inside Quarry are {@link Gfp}'s; what a user types and reads is the release's.
 *
 * <pre>
 *   text ──parse──► mask of the release ──► flags of Gfp
 *   text ◄─format── mask of the release ◄── flags of Gfp
 * </pre>
 */
public final class GfpVocabulary {
  private static final String BIT_PREFIX = "__GFP_";
  private static final String COMPOSITE_PREFIX = "GFP_";

  /** Up to 4.5 tracepoints print {@code __GFP_WAIT} as {@code GFP_WAIT}. */
  private static final KernelRelease NAMES_AS_WRITTEN = new KernelRelease(4, 6);

  private final KernelRelease release;
  private final GfpEra era;
  private final GfpTranslation translation;
  private final Map<String, Long> masks = new LinkedHashMap<>();

  private GfpVocabulary(KernelRelease release) {
    this.release = release;
    this.era = GfpEra.of(release);
    this.translation = new GfpTranslation(era);
    era.composites().forEach(word -> masks.put(word.name(), word.mask()));
    era.bits().forEach(word -> masks.put(word.name(), word.mask()));
  }

  /** The vocabulary of a release. */
  public static GfpVocabulary of(KernelRelease release) {
    return new GfpVocabulary(release);
  }

  /** All names that the release knows, composites first. */
  public List<String> names() {
    return List.copyOf(masks.keySet());
  }

  /** The release's mask for flags of {@link Gfp}; flags that it does not have are left out. */
  public long toMask(int flags) {
    return translation.toMask(flags);
  }

  /** The flags of {@link Gfp} for a release's mask; bits that it does not know are left out. */
  public int fromMask(long mask) {
    return translation.toFlags(mask);
  }

  /**
   * Flags that were written down with 6.18 in mind, as the release would have written them: a
   * constant such as {@link Gfp#GFP_ATOMIC} gets what the release's composite of that name has
   * besides. Flags that {@link #parse} or {@link #fromMask} returned need no such help.
   */
  public int adopt(int flags) {
    return translation.adopt(flags, era);
  }

  /** The flags by name as the kernel prints them with {@code %pGg}: {@link #formatMask}. */
  public String format(int flags) {
    return formatMask(toMask(flags));
  }

  /**
   * A release's mask by name as the kernel prints it with {@code %pGg} ({@code format_flags},
   * lib/vsprintf.c): names in the table's order, each taking its bits away, joined by {@code |}; a
   * rest without names as a number. Up to 4.5 kernels print the number alone; the names are then
   * printed as 4.6 would. An empty mask, for which {@code %pGg} prints nothing, is "none" as in
   * tracepoints.
   */
  public String formatMask(long mask) {
    if (mask == 0) {
      return "none";
    }
    StringBuilder out = new StringBuilder();
    long left = mask;
    for (GfpEra.Word word : era.printed()) {
      if (word.mask() != 0 && (left & word.mask()) == word.mask()) {
        out.append(out.isEmpty() ? "" : "|").append(word.name());
        left &= ~(word.mask() | word.takesToo());
      }
    }
    if (left != 0) {
      out.append(out.isEmpty() ? "" : "|").append("0x").append(Long.toHexString(left));
    }
    return out.toString();
  }

  /**
   * Reads flags: names joined by {@code |}, masks of the release as hexadecimal numbers, or both as
   * a log prints them, {@code 0x40c40(GFP_NOFS|__GFP_COMP)}; there the names count, as some bits
   * move with the kernel's configuration.
   *
   * @throws IllegalArgumentException naming the word that is not known, and the releases that know
   *     it or the nearest name
   */
  public int parse(String text) {
    int open = text.indexOf('(');
    boolean both = text.startsWith("0x") && open > 0 && text.endsWith(")");
    String words = both ? text.substring(open + 1, text.length() - 1) : text;
    long mask = 0;
    for (String word : words.split("\\|", -1)) {
      mask |= parseWord(word.strip(), text);
    }
    return fromMask(mask);
  }

  private long parseWord(String word, String whole) {
    if (word.toLowerCase(Locale.ROOT).startsWith("0x")) {
      try {
        return Long.parseUnsignedLong(word.substring(2), 16);
      } catch (NumberFormatException e) {
        throw new IllegalArgumentException("\"" + word + "\" is not a hexadecimal mask", e);
      }
    }
    if (word.equals("none") || word.equals("0")) {
      return 0;
    }
    Long mask = masks.get(word);
    if (mask == null && !release.isAtLeast(NAMES_AS_WRITTEN)) {
      mask = masks.get(word.replaceFirst("^" + COMPOSITE_PREFIX, BIT_PREFIX));
    }
    if (mask == null) {
      throw new IllegalArgumentException(
          GfpSpelling.complaint(word, whole, release, masks.keySet()));
    }
    return mask;
  }
}
