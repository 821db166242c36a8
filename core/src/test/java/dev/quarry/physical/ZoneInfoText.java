package dev.quarry.physical;

import dev.quarry.machine.MachineSpec;
import dev.quarry.machine.MachineSpecReader;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A real kernel's {@code /proc/zoneinfo}, and the machine that it describes. */
final class ZoneInfoText {
  private static final Pattern ZONE = Pattern.compile("Node (\\d+), zone +(\\w+)");
  private static final Pattern NUMBER = Pattern.compile(" *(?:pages )?([a-z_]+):? +(\\d+)");
  private static final Pattern PROTECTION = Pattern.compile(" *protection: \\(([\\d, ]+)\\)");
  private static final Pattern CPU = Pattern.compile(" *cpu: (\\d+)");

  /** One zone: its numbers by name, its {@code protection}, and the numbers of each CPU's lists. */
  record ZoneText(
      int node,
      String type,
      Map<String, Long> numbers,
      List<Long> protection,
      Map<Integer, Map<String, Long>> cpus) {
    long get(String name) {
      Long value = numbers.get(name);
      if (value == null) {
        throw new IllegalArgumentException("zone " + type + " has no line \"" + name + "\"");
      }
      return value;
    }
  }

  private final List<ZoneText> zones = new ArrayList<>();

  ZoneInfoText(String text) {
    Map<String, Long> into = new HashMap<>();
    for (String line : text.split("\n", -1)) {
      Matcher zone = ZONE.matcher(line);
      Matcher cpu = CPU.matcher(line);
      Matcher protection = PROTECTION.matcher(line);
      Matcher number = NUMBER.matcher(line);
      if (zone.matches()) {
        into = new HashMap<>();
        int node = Integer.parseInt(zone.group(1));
        zones.add(new ZoneText(node, zone.group(2), into, new ArrayList<>(), new TreeMap<>()));
      } else if (cpu.matches()) {
        into = new HashMap<>();
        zones.getLast().cpus.put(Integer.parseInt(cpu.group(1)), into);
      } else if (protection.matches()) {
        for (String pages : protection.group(1).split(", ", -1)) {
          zones.getLast().protection.add(Long.parseLong(pages));
        }
      } else if (number.matches()) {
        boolean ofZone = number.group(1).startsWith("start_");
        Map<String, Long> target = ofZone ? zones.getLast().numbers : into;
        target.put(number.group(1), Long.parseLong(number.group(2)));
      }
    }
  }

  List<ZoneText> zones() {
    return zones;
  }

  /**
   * A machine with these zones: as many frames present and managed as each says. Where in the zone
   * its holes and its reserved frames are, zoneinfo does not tell, and the marks do not ask.
   */
  MachineSpec spec(List<String> settings) {
    List<String> lines = new ArrayList<>(List.of("contents none"));
    for (ZoneText zone : zones) {
      if (zone.get("present") > 0) {
        long start = zone.get("start_pfn");
        long end = start + zone.get("present");
        long managed = start + zone.get("present") - zone.get("managed");
        lines.add(range("memory", start, end));
        if (managed > start) {
          lines.add(range("reserved", start, managed));
        }
      }
    }
    lines.add("cpus 0-" + (zones.getFirst().cpus.size() - 1));
    lines.addAll(settings);
    return MachineSpecReader.read("zoneinfo", String.join("\n", lines));
  }

  private static String range(String what, long start, long end) {
    return what + " 0x" + Long.toHexString(start << 12) + "-0x" + Long.toHexString(end << 12);
  }
}
