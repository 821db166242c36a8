package dev.quarry.cli.commands;

import dev.quarry.physical.Zone;
import java.util.List;
import java.util.Locale;

/**
 * Free pages of a zone against its marks while processes worked.
 *
 * <pre>
 *   free    │█▆
 *           │██▅▂
 *   high 66 │████▇┄┄▄█┄
 *   low 55  │█████▆▃██┄
 *   min 44  │██████████
 *           kswapd   ━━━
 * </pre>
 *
 * <p>The scale ends at three times the high mark: what is above it touches the upper edge.
 */
final class WatermarksPicture {
  private static final int ROWS = 15;
  private static final int EIGHTHS = 8;
  private static final String LEVELS = " ▁▂▃▄▅▆▇█";
  private static final int LABEL = 12;

  private final Zone zone;
  private final List<FreeHistory.Moment> moments;
  private final long top;

  WatermarksPicture(Zone zone, List<FreeHistory.Moment> moments) {
    this.zone = zone;
    this.moments = moments;
    this.top = Math.max(ROWS, 3 * zone.mark(Zone.HIGH));
  }

  String draw(long interval) {
    StringBuilder out = new StringBuilder();
    out.append(
        String.format(
            Locale.ROOT,
            "%s, the fewest free pages in each %s; now %,d%n",
            zone,
            interval == 1 ? "operation" : String.format(Locale.ROOT, "%,d operations", interval),
            zone.freePages()));
    for (int row = ROWS - 1; row >= 0; row--) {
      String label = label(row);
      out.append(String.format(Locale.ROOT, "  %" + LABEL + "s │", label));
      for (FreeHistory.Moment moment : moments) {
        out.append(cell(moment.free().get(zone.number()), row, !label.isEmpty() && row < ROWS - 1));
      }
      out.append('\n');
    }
    line(out, "kswapd", moments.stream().map(FreeHistory.Moment::kswapd).toList());
    line(out, "direct", moments.stream().map(FreeHistory.Moment::stalled).toList());
    return out.toString().replaceAll(" +\n", "\n").stripTrailing();
  }

  private int row(long pages) {
    return (int) Math.min(ROWS - 1, pages * ROWS / top);
  }

  private String label(int row) {
    if (row == ROWS - 1) {
      return String.format(Locale.ROOT, "%,d", top);
    }
    String label = "";
    label = row == row(zone.mark(Zone.HIGH)) ? "high " + zone.mark(Zone.HIGH) : label;
    label = row == row(zone.mark(Zone.LOW)) ? "low " + zone.mark(Zone.LOW) : label;
    return row == row(zone.mark(Zone.MIN)) ? "min " + zone.mark(Zone.MIN) : label;
  }

  private char cell(long free, int row, boolean isMark) {
    long eighths = free * ROWS * EIGHTHS / top - (long) row * EIGHTHS;
    char level = LEVELS.charAt(Math.clamp(eighths, 0, EIGHTHS));
    return level == ' ' && isMark ? '┄' : level;
  }

  private static void line(StringBuilder out, String name, List<Boolean> there) {
    out.append(String.format(Locale.ROOT, "  %" + LABEL + "s  ", name));
    there.forEach(is -> out.append(is ? '━' : ' '));
    out.append('\n');
  }
}
