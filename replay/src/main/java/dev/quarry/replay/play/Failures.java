package dev.quarry.replay.play;

import dev.quarry.kernel.Machine;
import dev.quarry.machine.Cpu;
import dev.quarry.physical.Gfp;
import dev.quarry.physical.Pfn;
import dev.quarry.physical.Trail;
import dev.quarry.replay.recording.RequestEvents;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The requests that a machine could not serve, and why: the last refusal of each zone, as the
 * allocator itself recorded it. The first ten thousand are kept one by one.
 */
public final class Failures {
  /** So many are kept with their time; all are counted by reason. */
  public static final int MOST_KEPT = 10_000;

  private static final int MOST_REASONS = 1_000;
  static final String OTHER = "other reasons";

  private final List<Failure> kept = new ArrayList<>();
  private final Map<String, Long> byReason = new TreeMap<>();
  private final FailureTimes times = new FailureTimes();

  /**
   * One request.
   *
   * @param micros since the first event
   * @param gfp canonical flags
   */
  public record Failure(long micros, int cpu, int order, int gfp, String reason) {}

  /** A reason and how many requests failed for it. */
  public record Reason(String text, long count) {}

  Failures() {}

  void add(Machine machine, UserPages pages, Cpu cpu, RequestEvents request, long micros) {
    String reason = reason(machine, pages, cpu, request.gfp(), request.order());
    boolean known = byReason.containsKey(reason) || byReason.size() < MOST_REASONS;
    byReason.merge(known ? reason : OTHER, 1L, Long::sum);
    times.add(micros, request.order(), known ? reason : OTHER);
    if (kept.size() < MOST_KEPT) {
      kept.add(new Failure(micros, cpu.id(), request.order(), request.gfp(), reason));
    }
  }

  /** Asks again with the trail on: nothing changed since, so that it fails again. */
  private static String reason(Machine machine, UserPages pages, Cpu cpu, int gfp, int order) {
    int largest = machine.spec().maxOrder();
    if (order > largest) {
      return "order " + order + " is above the machine's largest order " + largest;
    }
    Trail trail = new Trail();
    int pfn = pages.again(cpu, gfp | Gfp.NOWARN, order, trail);
    if (pfn != Pfn.NONE) {
      machine.allocator().freePages(cpu, pfn, order);
      return "served when asked again";
    }
    return trail.refusal();
  }

  /** The requests, oldest first, at most {@link #MOST_KEPT}. */
  public List<Failure> list() {
    return List.copyOf(kept);
  }

  /** All requests over time, by order and reason. */
  public FailureTimes times() {
    return times;
  }

  /** Reasons, the most frequent first. */
  public List<Reason> reasons() {
    return byReason.entrySet().stream()
        .map(entry -> new Reason(entry.getKey(), entry.getValue()))
        .sorted(Comparator.comparing(Reason::count).reversed().thenComparing(Reason::text))
        .toList();
  }
}
