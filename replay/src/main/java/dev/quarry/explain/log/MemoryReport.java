package dev.quarry.explain.log;

import dev.quarry.machine.KernelRelease;
import dev.quarry.replay.read.Place;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * One report of a kernel log, as printed.
 *
 * @param kind what made the kernel print it
 * @param place of its first line
 * @param lastLine the last line that belongs to it
 * @param kernel the release as the log names it, such as {@code 5.19.0-1-amd64}; null where it does
 *     not
 * @param release whose rules hold; null where {@code kernel} is. A {@code -next-DATE} kernel counts
 *     as the release that it was to become
 * @param request what was asked for; null for SysRq-M and for dumps without their first line
 * @param pageKb kB in a page
 * @param pages the machine's counters in pages by name as printed, such as {@code
 *     slab_unreclaimable}; totals such as {@code pages RAM} and {@code total pagecache pages} under
 *     those words
 * @param nodes counters in kB by node, where the kernel prints them
 * @param zones in the log's order
 * @param freeSwapKb {@code Free swap}, where printed
 * @param totalSwapKb {@code Total swap}, where printed
 * @param slabs unreclaimable slabs in kB by cache, where the kernel prints them ({@code
 *     Unreclaimable slab info})
 * @param oom what an oom report has besides; null for other kinds
 * @param callTrace functions of the call trace, innermost first
 * @param problems what is missing, cut off, contradictory or out of range, each with its place
 */
public record MemoryReport(
    ReportKind kind,
    Place place,
    long lastLine,
    @Nullable String kernel,
    @Nullable KernelRelease release,
    @Nullable LoggedRequest request,
    int pageKb,
    Map<String, Long> pages,
    Map<Integer, Map<String, Long>> nodes,
    List<ZoneDump> zones,
    OptionalLong freeSwapKb,
    OptionalLong totalSwapKb,
    Map<String, Long> slabs,
    @Nullable OomDump oom,
    List<String> callTrace,
    List<String> problems) {
  /** A counter of the machine in pages, if the log has it. */
  public OptionalLong counter(String name) {
    Long value = pages.get(name);
    return value == null ? OptionalLong.empty() : OptionalLong.of(value);
  }
}
