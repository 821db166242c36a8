package dev.quarry.machine;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The settings of a specification that are a key and a value, in a file or behind {@code --set}.
 */
final class SpecSettings {
  private static final Set<String> SYSCTLS =
      new TreeSet<>(
          Set.of(
              "min_free_kbytes",
              "lowmem_reserve_ratio",
              "watermark_scale_factor",
              "watermark_boost_factor",
              "percpu_pagelist_high_fraction"));
  private static final Set<String> KEYS =
      new TreeSet<>(
          Set.of(
              "name",
              "release",
              "page_size",
              "max_order",
              "pageblock_order",
              "contents",
              "ram",
              "cpus",
              "nodes",
              "zones",
              "movablecore",
              "khugepaged",
              "percpu",
              "percpu_max_order",
              "cost",
              "kmalloc",
              "slab",
              "slab_debug",
              "lru",
              "swappiness",
              "transparent_hugepage",
              "transparent_hugepage_defrag"));

  private SpecSettings() {}

  /** All keys, sorted. */
  static List<String> keys() {
    Set<String> all = new TreeSet<>(KEYS);
    all.addAll(SYSCTLS);
    return List.copyOf(all);
  }

  static void requireKnown(String key) {
    if (!KEYS.contains(key) && !SYSCTLS.contains(key)) {
      Set<String> all = new TreeSet<>(KEYS);
      all.addAll(SYSCTLS);
      all.addAll(List.of("node", "memory", "reserved", "zone", "sysctl", "preset"));
      throw new IllegalArgumentException(
          "\"" + shown(key) + "\" is not a setting" + Nearest.hint(key, all));
    }
  }

  static void set(SpecDraft draft, int line, String key, String value) {
    requireKnown(key);
    if (SYSCTLS.contains(key)) {
      setSysctl(draft, line, key, value);
      return;
    }
    draft.lines.put(key, line);
    switch (key) {
      case "name" -> draft.name = value;
      case "release" -> draft.release = KernelRelease.parse(value);
      case "page_size" -> draft.pageShift = pageShift(value);
      case "max_order" -> draft.maxOrder = integer(key, value);
      case "pageblock_order" -> draft.pageblockOrder = integer(key, value);
      case "contents" -> draft.contents = !value.equals("none") && yes(key, value);
      case "ram" -> UsualLayout.ram(draft, line, Sizes.parse(value));
      case "cpus" -> UsualLayout.cpus(draft, line, integer(key, value));
      case "nodes" -> UsualLayout.nodes(draft, line, integer(key, value));
      case "zones" -> zones(draft, line, value);
      case "movablecore" -> draft.movableCore = Sizes.parse(value);
      case "khugepaged" -> draft.khugepaged = yes(key, value);
      case "percpu" -> draft.percpu = yes(key, value);
      case "percpu_max_order" -> draft.percpuMaxOrder = integer(key, value);
      case "kmalloc" -> draft.kmalloc = KmallocGeometry.ofLabel(shown(value));
      case "slab" -> draft.slab = SlabManner.ofLabel(shown(value));
      case "slab_debug" -> draft.slabDebug = SlabSpec.Debug.parse(value);
      case "transparent_hugepage" -> draft.hugePages = enabled(key, value);
      case "transparent_hugepage_defrag" -> draft.hugeDefrag = defrag(key, value);
      case "lru" -> draft.lru = new LruSpec(policy(key, value), draft.lru.swappiness());
      case "swappiness" -> draft.lru = new LruSpec(draft.lru.policy(), swappiness(key, value));
      case "cost" -> draft.costs = draft.costs.with(prices(value));
      default -> throw new IllegalArgumentException("\"" + key + "\" is not a setting");
    }
  }

  /** Zones as {@code DMA:16M,DMA32:4G,Normal}: each with the address below which it lies. */
  private static void zones(SpecDraft draft, int line, String value) {
    List<SpecDraft.Lined<ZoneSpec>> zones = new ArrayList<>();
    for (String zone : value.split(",", -1)) {
      String[] parts = zone.split(":", 2);
      long below = parts.length < 2 ? ZoneSpec.NO_LIMIT : Sizes.parse(parts[1]);
      ZoneType type =
          ZoneType.ofLabel(parts[0])
              .orElseThrow(() ->
                  new IllegalArgumentException(
                      "\""
                          + shown(parts[0])
                          + "\" is not a zone: DMA, DMA32, Normal, HighMem, Movable, Device"));
      zones.add(new SpecDraft.Lined<>(new ZoneSpec(type, below), line));
    }
    draft.zones.clear();
    draft.zones.addAll(zones);
  }

  /** Prices as {@code local_ns:90,zero_page_ns:300}. */
  private static Map<String, Integer> prices(String value) {
    Map<String, Integer> prices = new TreeMap<>();
    for (String price : value.split(",", -1)) {
      int colon = price.indexOf(':');
      if (colon < 0) {
        throw new IllegalArgumentException(
            "\"" + shown(price) + "\" is not a price such as local_ns:90");
      }
      String name = shown(price.substring(0, colon));
      prices.put(name, integer(name, price.substring(colon + 1)));
    }
    return prices;
  }

  static void setSysctl(SpecDraft draft, int line, String key, String value) {
    draft.lines.put(key, line);
    switch (key) {
      case "min_free_kbytes" -> draft.minFreeKbytes = OptionalLong.of(integer(key, value));
      case "watermark_scale_factor" -> draft.scaleFactor = integer(key, value);
      case "watermark_boost_factor" -> draft.boostFactor = integer(key, value);
      case "percpu_pagelist_high_fraction" -> draft.highFraction = integer(key, value);
      case "lowmem_reserve_ratio" -> ratios(draft, value);
      default ->
          throw new IllegalArgumentException(
              "\"vm."
                  + shown(key)
                  + "\" is not a setting; did you mean vm."
                  + Nearest.to(key, SYSCTLS)
                  + "?");
    }
  }

  /** One ratio for each zone that is built, in their order; which these are, the end will tell. */
  private static void ratios(SpecDraft draft, String value) {
    draft.ratioList.clear();
    for (String ratio : value.split(",", -1)) {
      draft.ratioList.add(integer("lowmem_reserve_ratio", ratio));
    }
  }

  private static int pageShift(String value) {
    long bytes = Sizes.parse(value);
    if (bytes < 1 || Long.bitCount(bytes) != 1 || bytes > 1 << 30) {
      throw new IllegalArgumentException("page_size " + value + " is not a power of two");
    }
    return Long.numberOfTrailingZeros(bytes);
  }

  private static LruSpec.Policy policy(String key, String value) {
    return LruSpec.policy(value)
        .orElseThrow(() ->
            new IllegalArgumentException(
                key + " \"" + shown(value) + "\" is neither classic nor mglru"));
  }

  private static int swappiness(String key, String value) {
    int number = integer(key, value);
    if (number < 0 || number > LruSpec.MAX_SWAPPINESS) {
      throw new IllegalArgumentException(
          key + " " + number + " is not 0 to " + LruSpec.MAX_SWAPPINESS);
    }
    return number;
  }

  private static HugePageSpec.Enabled enabled(String key, String value) {
    return HugePageSpec.enabled(value)
        .orElseThrow(() -> notOne(key, "always, madvise, never", value));
  }

  private static HugePageSpec.Defrag defrag(String key, String value) {
    return HugePageSpec.defrag(value)
        .orElseThrow(() -> notOne(key, "always, defer, defer+madvise, madvise, never", value));
  }

  private static IllegalArgumentException notOne(String key, String words, String value) {
    return new IllegalArgumentException(
        key + " is one of " + words + ", not \"" + shown(value) + "\"");
  }

  private static boolean yes(String key, String value) {
    return switch (value) {
      case "yes", "on", "true", "1" -> true;
      case "no", "off", "false", "0" -> false;
      default -> throw new IllegalArgumentException(key + " is yes or no, not \"" + value + "\"");
    };
  }

  static int integer(String what, String value) {
    try {
      return Integer.parseInt(value);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(
          what + " \"" + shown(value) + "\" is not a whole number below 2^31", e);
    }
  }

  private static String shown(String text) {
    return text.length() <= 40 ? text : text.substring(0, 40) + "...";
  }
}
