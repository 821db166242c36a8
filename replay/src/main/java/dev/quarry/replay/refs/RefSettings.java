package dev.quarry.replay.refs;

import dev.quarry.replay.pressure.PressureSettings;
import dev.quarry.virtual.tlb.PageSize;
import dev.quarry.virtual.tlb.Replacement;
import dev.quarry.virtual.tlb.TlbGeometry;
import dev.quarry.virtual.tlb.TlbModel;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What the processor has, and in which pages the program lies.
 *
 * @param tlb null: none is modelled
 * @param pages the size that every page of the program has
 * @param pressure how much memory the machine has, and swap
 * @param texts the settings as they were given
 */
public record RefSettings(
    @Nullable TlbModel tlb, PageSize pages, PressureSettings pressure, List<String> texts) {
  private static final List<String> KEYS = List.of("tlb", "replacement", "walkcache", "pages");

  /**
   * Reads {@code KEY=VALUE} one by one; later ones win. {@code tlb=} comes with the usual walk
   * caches, which {@code walkcache=off} takes away.
   *
   * @throws RefException if there is no such setting or value
   */
  public static RefSettings of(List<String> texts) {
    TlbModel tlb = new TlbModel.Hardware(TlbGeometry.USUAL);
    Replacement replacement = null;
    List<Integer> walkCache = null;
    PageSize pages = PageSize.SMALL;
    PressureSettings pressure = PressureSettings.NONE;
    for (String text : texts) {
      int equals = text.indexOf('=');
      String key = equals < 0 ? text : text.substring(0, equals);
      String value = text.substring(equals + 1).strip();
      try {
        switch (key) {
          case "tlb" -> tlb = value.equals("off") ? null : TlbModel.parse(value);
          case "replacement" -> replacement = replacement(value);
          case "walkcache" -> walkCache = walkCache(value);
          case "pages" -> pages = pages(value);
          default -> {
            if (!PressureSettings.keys().contains(key)) {
              throw new IllegalArgumentException("there is none, only " + words());
            }
            pressure = pressure.with(key, value);
          }
        }
      } catch (IllegalArgumentException e) {
        throw new RefException("setting \"" + text + "\": " + e.getMessage());
      }
    }
    if (pages == PageSize.LARGE && pressure.isSet()) {
      throw new RefException("pages=2M are not taken away: they go with no " + words(pressure));
    }
    TlbModel changed = changed(tlb, replacement, walkCache);
    return new RefSettings(changed, pages, pressure, List.copyOf(texts));
  }

  private static String words() {
    return String.join(", ", KEYS) + ", " + String.join(", ", PressureSettings.keys());
  }

  private static String words(PressureSettings pressure) {
    return pressure.machine().isEmpty() ? "swap" : String.join(", ", pressure.machine());
  }

  private static @Nullable TlbModel changed(
      @Nullable TlbModel tlb, @Nullable Replacement replacement, @Nullable List<Integer> caches) {
    if (!(tlb instanceof TlbModel.Hardware(TlbGeometry geometry))) {
      if (replacement != null || caches != null) {
        throw new RefException("replacement= and walkcache= are of a TLB that hardware fills");
      }
      return tlb;
    }
    try {
      TlbGeometry changed = caches == null ? geometry : geometry.withWalkCache(caches);
      return new TlbModel.Hardware(replacement == null ? changed : changed.with(replacement));
    } catch (IllegalArgumentException e) {
      throw new RefException("this TLB cannot be: " + e.getMessage());
    }
  }

  private static Replacement replacement(String value) {
    return switch (value.toLowerCase(Locale.ROOT)) {
      case "lru" -> Replacement.LRU;
      case "tree" -> Replacement.TREE;
      default -> throw new IllegalArgumentException("it is lru or tree");
    };
  }

  /** Entries by level from below, {@code 32/4/2}, or off. */
  private static List<Integer> walkCache(String value) {
    List<Integer> entries = new ArrayList<>();
    if (value.equals("off")) {
      return entries;
    }
    for (String part : value.split("/", -1)) {
      if (!part.matches("[0-9]{1,4}")) {
        throw new IllegalArgumentException("it is off, or entries for each level such as 32/4/2");
      }
      entries.add(Integer.parseInt(part));
    }
    return entries;
  }

  private static PageSize pages(String value) {
    return switch (value.toUpperCase(Locale.ROOT)) {
      case "4K" -> PageSize.SMALL;
      case "2M" -> PageSize.LARGE;
      default -> throw new IllegalArgumentException("the program lies in pages of 4K or 2M");
    };
  }

  /** The TLB in words. */
  public String tlbText() {
    return tlb == null ? "off" : tlb.text();
  }
}
