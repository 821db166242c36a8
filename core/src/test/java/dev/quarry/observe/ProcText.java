package dev.quarry.observe;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads the files as tools do. Zones are named {@code 0/Normal}: node, zone. */
final class ProcText {
  private static final Pattern ZONE = Pattern.compile("^Node +(\\d+), zone +(\\w+)");

  /** A zone of zoneinfo: its numbers by name, and its page sets one after the other. */
  record ZoneText(Map<String, Long> numbers, List<Map<String, Long>> pageSets) {}

  private ProcText() {}

  /** {@code name value} or {@code name: value kB}, any prefix of the line left out. */
  static Map<String, Long> numbers(String text, String prefix) {
    Map<String, Long> numbers = new LinkedHashMap<>();
    for (String line : text.lines().toList()) {
      String[] words = line.substring(prefix.length()).replace(":", " ").trim().split(" +");
      if (numbers.put(words[0], Long.parseLong(words[1])) != null) {
        throw new AssertionError(words[0] + " stands twice");
      }
    }
    return numbers;
  }

  static Map<String, Long> numbers(String text) {
    return numbers(text, "");
  }

  private static String zone(Matcher matcher) {
    return matcher.group(1) + "/" + matcher.group(2);
  }

  private static long[] counts(String text) {
    return List.of(text.trim().split(" +")).stream().mapToLong(Long::parseLong).toArray();
  }

  /** Free blocks by zone and order. */
  static Map<String, long[]> buddyInfo(String text) {
    Map<String, long[]> zones = new LinkedHashMap<>();
    for (String line : text.lines().toList()) {
      Matcher matcher = ZONE.matcher(line);
      if (matcher.find()) {
        zones.put(zone(matcher), counts(line.substring(matcher.end())));
      }
    }
    return zones;
  }

  /** Free blocks by zone and order, all types of pagetypeinfo added up. */
  static Map<String, long[]> freeByType(String text) {
    Map<String, long[]> zones = new LinkedHashMap<>();
    for (String line : text.lines().filter(line -> line.contains(", type ")).toList()) {
      Matcher matcher = ZONE.matcher(line);
      if (matcher.find()) {
        long[] more = counts(line.substring(matcher.end()).replaceAll("[^\\d ]", ""));
        long[] sum = zones.computeIfAbsent(zone(matcher), zone -> new long[more.length]);
        for (int order = 0; order < more.length; order++) {
          sum[order] += more[order];
        }
      }
    }
    return zones;
  }

  /** Pages in the blocks of one zone. */
  static long pages(long[] blocks) {
    long pages = 0;
    for (int order = 0; order < blocks.length; order++) {
      pages += blocks[order] << order;
    }
    return pages;
  }

  /** The zones of zoneinfo; per-node statistics are left out. */
  static Map<String, ZoneText> zoneInfo(String text) {
    Map<String, ZoneText> zones = new LinkedHashMap<>();
    for (String part : text.split("(?m)^(?=Node )")) {
      Matcher matcher = ZONE.matcher(part);
      if (matcher.find()) {
        zones.put(zone(matcher), zoneText(part.substring(part.indexOf("  pages free"))));
      }
    }
    return zones;
  }

  private static ZoneText zoneText(String text) {
    ZoneText zone = new ZoneText(new LinkedHashMap<>(), new ArrayList<>());
    Map<String, Long> into = zone.numbers;
    for (String line : text.lines().filter(line -> line.matches(".* \\d+$")).toList()) {
      String[] words = line.replace("  pages free", "free").replace(":", " ").trim().split(" +");
      if (words[0].equals("cpu")) {
        into = new LinkedHashMap<>();
        zone.pageSets.add(into);
      }
      if (words[0].equals("node_unreclaimable")) {
        into = zone.numbers;
      }
      into.put(words[0], Long.parseLong(words[words.length - 1]));
    }
    return zone;
  }
}
