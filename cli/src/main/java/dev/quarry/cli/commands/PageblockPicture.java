package dev.quarry.cli.commands;

import dev.quarry.kernel.Machine;
import dev.quarry.physical.FrameKind;
import dev.quarry.physical.MigrateType;
import dev.quarry.physical.Pageblocks;
import dev.quarry.physical.PhysicalMemory;
import dev.quarry.physical.Zone;
import java.util.Locale;

/**
 * A zone's pageblocks in text: the letter of each one's migrate type, large when all of it is free,
 * small when something in it is held.
 *
 * <pre>
 *   frame      4096  uMMMMMMM
 * </pre>
 */
final class PageblockPicture {
  private static final int COLUMNS = 64;
  private static final int ROWS = 32;

  private final PhysicalMemory memory;
  private final Pageblocks blocks;
  private final Zone zone;

  PageblockPicture(Machine machine, Zone zone) {
    this.memory = machine.memory();
    this.blocks = memory.pageblocks();
    this.zone = zone;
  }

  String draw() {
    StringBuilder out = new StringBuilder();
    out.append(
        String.format(
            Locale.ROOT,
            "%s, pageblocks of %d pages, in small letters when not all is free:%n"
                + "  U Unmovable, M Movable, E Reclaimable, H HighAtomic, I isolated%n",
            zone,
            blocks.pages()));
    long first = zone.startPfn() & -blocks.pages();
    long end = Math.min(zone.endPfn(), first + (long) COLUMNS * ROWS * blocks.pages());
    for (long row = first; row < end; row += (long) COLUMNS * blocks.pages()) {
      out.append(String.format(Locale.ROOT, "%10d  ", row));
      for (int column = 0; column < COLUMNS; column++) {
        long pfn = row + (long) column * blocks.pages();
        out.append(pfn < end ? letter((int) pfn) : ' ');
      }
      out.setLength(out.toString().stripTrailing().length());
      out.append('\n');
    }
    if (end < zone.endPfn()) {
      long more = (zone.endPfn() - end + blocks.pages() - 1) / blocks.pages();
      out.append(String.format(Locale.ROOT, "  … and %,d more pageblocks\n", more));
    }
    return out.toString().stripTrailing();
  }

  private char letter(int pfn) {
    if (blocks.zone(pfn) != zone.number()) {
      return ' ';
    }
    char letter = MigrateType.letter(blocks.type(pfn));
    for (int at = pfn; at < pfn + blocks.pages(); at++) {
      if (memory.kindOf(at) != FrameKind.FREE) {
        return Character.toLowerCase(letter);
      }
    }
    return letter;
  }
}
