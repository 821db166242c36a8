package dev.quarry.replay.pressure;

import dev.quarry.kernel.Machine;
import dev.quarry.physical.NodeStat;
import dev.quarry.physical.PhysicalMemory;
import dev.quarry.physical.Zone;

/**
 * How memory stands at a time, in pages; of all zones together.
 *
 * @param min below it only urgent requests are served
 * @param low below it the background reclaimer is woken
 * @param high up to it the background reclaimer frees
 * @param resident pages that some process shows in its tables, each once
 * @param swapped slots of swap in use
 */
public record PressureLevel(long free, long min, long low, long high, long resident, long swapped) {
  static PressureLevel of(Machine machine) {
    PhysicalMemory memory = machine.memory();
    long free = 0;
    long[] marks = new long[Zone.HIGH + 1];
    for (Zone zone : memory.zones()) {
      if (zone.isPopulated()) {
        free += zone.freePages();
        for (int mark = Zone.MIN; mark <= Zone.HIGH; mark++) {
          marks[mark] += zone.mark(mark);
        }
      }
    }
    long resident = memory.stat(NodeStat.NR_ANON_PAGES) + memory.stat(NodeStat.NR_MAPPED);
    long swapped = memory.swapFigures().totalPages() - memory.swapFigures().freePages();
    return new PressureLevel(
        free, marks[Zone.MIN], marks[Zone.LOW], marks[Zone.HIGH], resident, swapped);
  }
}
