package dev.quarry.replay.refs;

import dev.quarry.replay.pressure.PressureLog;
import dev.quarry.virtual.tlb.TlbStats;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a replay of references came to.
 *
 * @param name of the recording
 * @param command that was recorded; empty: unknown
 * @param totals references by {@link RefKind}
 * @param crossings lookups beyond one for each reference, where it crosses a page
 * @param pages of 4 KiB that were touched: at all, by loads, stores, fetches
 * @param areas that were left after the kernel merged them
 * @param widened pages that were used in more than one way
 * @param accessedPages pages of 4 KiB whose entries have the accessed bit
 * @param dirtyPages pages of 4 KiB whose entries have the dirty bit
 * @param tableBytes of the process's page tables
 * @param tlb null: none was modelled
 * @param pressure what reclaim did, told where memory was made small
 * @param problems the wrong lines, in words
 * @param wrongLines how many there were
 * @param invariants of the machine at the end; empty: all hold
 */
public record RefResult(
    String name,
    String command,
    RefOptions options,
    List<Long> totals,
    long crossings,
    List<Long> pages,
    FaultTable faults,
    long areas,
    long widened,
    long residentPages,
    long accessedPages,
    long dirtyPages,
    long tableBytes,
    @Nullable TlbStats tlb,
    int tlbLevels,
    RefWindows windows,
    PressureLog pressure,
    List<String> problems,
    long wrongLines,
    double seconds,
    List<String> invariants) {
  /** All references. */
  public long references() {
    return totals.stream().mapToLong(Long::longValue).sum();
  }
}
