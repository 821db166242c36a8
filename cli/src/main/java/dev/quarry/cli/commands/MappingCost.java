package dev.quarry.cli.commands;

import dev.quarry.kernel.Machine;
import dev.quarry.virtual.TableCounts;
import java.util.Locale;
import java.util.function.Supplier;

/**
 * What mapping cost: entries written and cleared, tables allocated, ranges flushed from the TLBs.
 */
record MappingCost(long written, long cleared, long tables, long flushes) {
  private static MappingCost now(Machine machine) {
    TableCounts counts = machine.kernelSpace().tables().memory().counts();
    return new MappingCost(
        counts.entriesWritten(),
        counts.entriesCleared(),
        counts.tablesAllocated(),
        machine.tlbCounts().ranges());
  }

  /** What came out of some work, and what it cost. */
  record Of<T>(T result, MappingCost cost) {}

  static <T> Of<T> of(Machine machine, Supplier<T> work) {
    MappingCost before = now(machine);
    T result = work.get();
    MappingCost after = now(machine);
    return new Of<>(
        result,
        new MappingCost(
            after.written - before.written,
            after.cleared - before.cleared,
            after.tables - before.tables,
            after.flushes - before.flushes));
  }

  /** A line of a table with this cost. */
  String line(String what, String remark) {
    String text =
        String.format(
            Locale.ROOT, "  %-22s %7d %7d %7d  %s", what, written, tables, flushes, remark);
    return text.stripTrailing();
  }

  static String head() {
    return String.format(Locale.ROOT, "  %-22s %7s %7s %7s", "", "entries", "tables", "flushes");
  }
}
