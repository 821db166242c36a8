package dev.quarry.cli.commands;

import dev.quarry.kernel.Machine;
import dev.quarry.physical.Zone;
import java.util.List;
import java.util.Locale;

/**
 * The reserve in text: how min_free_kbytes is shared out, and where each zone's free pages stand.
 */
final class ReservePicture {
  private static final int WIDTH = 50;

  private ReservePicture() {}

  static String draw(Machine machine, List<Zone> zones) {
    int shift = machine.spec().pageShift() - 10;
    long min = zones.stream().mapToLong(zone -> zone.mark(Zone.MIN)).sum();
    StringBuilder out = new StringBuilder();
    out.append(
        String.format(
            Locale.ROOT,
            "min_free_kbytes %d: each zone's share, by its managed pages\n",
            machine.memory().minFreeKbytes()));
    for (Zone zone : zones) {
      long share = zone.mark(Zone.MIN);
      int bar = min == 0 ? 0 : (int) (share * WIDTH / min);
      out.append(
          String.format(Locale.ROOT, "  %-20s %7d kB %s\n", zone, share << shift, "█".repeat(bar)));
    }
    out.append("free pages against the marks: m min, l low, h high, │ free\n");
    for (Zone zone : zones) {
      out.append(String.format(Locale.ROOT, "  %-20s %s\n", zone, scale(zone)));
    }
    out.append("kept back from requests that could use a higher zone (lowmem_reserve)\n");
    for (Zone zone : zones) {
      StringBuilder reserves = new StringBuilder();
      for (int index = 0; index < machine.spec().zones().size(); index++) {
        reserves.append(' ').append(zone.lowmemReserve(index));
      }
      out.append(String.format(Locale.ROOT, "  %-20s%s\n", zone, reserves));
    }
    return out.toString().stripTrailing();
  }

  /** Free pages on a scale that ends at twice the high mark. */
  private static String scale(Zone zone) {
    long end = Math.max(1, 2 * zone.mark(Zone.HIGH));
    char[] line = ".".repeat(WIDTH + 1).toCharArray();
    line[cell(zone.mark(Zone.MIN), end)] = 'm';
    line[cell(zone.mark(Zone.LOW), end)] = 'l';
    line[cell(zone.mark(Zone.HIGH), end)] = 'h';
    line[cell(zone.freePages(), end)] = '│';
    return String.format(
        Locale.ROOT,
        "%s free %d, marks %d/%d/%d",
        new String(line),
        zone.freePages(),
        zone.mark(Zone.MIN),
        zone.mark(Zone.LOW),
        zone.mark(Zone.HIGH));
  }

  private static int cell(long pages, long end) {
    return (int) Math.min(WIDTH, pages * WIDTH / end);
  }
}
