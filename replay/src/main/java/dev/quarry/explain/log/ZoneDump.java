package dev.quarry.explain.log;

import dev.quarry.machine.ZoneType;
import dev.quarry.replay.read.Place;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One zone of a report: its line of counters, its {@code lowmem_reserve[]} and its free blocks.
 *
 * @param node its number; 0 where the log has no {@code Node N}
 * @param name as printed, such as {@code Normal}
 * @param place of its first line
 * @param kilobytes the counters by name as printed, in kB: {@code free}, {@code boost}, {@code
 *     min}, {@code low}, {@code high}, {@code reserved_highatomic}, {@code free_highatomic}, {@code
 *     present}, {@code managed}, {@code free_cma}, … in the order of the line
 * @param allUnreclaimable what {@code all_unreclaimable?} says; null where not printed
 * @param lowmemReserve pages kept back, by zone type of the kernel's build; null where cut off
 * @param blocks by order, without gaps; null where cut off. {@code empty} and {@code blocks} of a
 *     zone without memory: an empty list
 */
public record ZoneDump(
    int node,
    String name,
    Place place,
    Map<String, Long> kilobytes,
    @Nullable Boolean allUnreclaimable,
    long @Nullable [] lowmemReserve,
    @Nullable List<BlockCount> blocks) {
  /** A counter in kB, 0 where it is not printed. */
  public long kb(String counter) {
    return kilobytes.getOrDefault(counter, 0L);
  }

  /** Whether the log has a counter. */
  public boolean has(String counter) {
    return kilobytes.containsKey(counter);
  }

  /** The zone's type, if its name is one that kernels print. */
  public Optional<ZoneType> type() {
    return ZoneType.ofLabel(name);
  }
}
