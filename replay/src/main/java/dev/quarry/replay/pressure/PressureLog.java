package dev.quarry.replay.pressure;

import dev.quarry.kernel.Machine;
import dev.quarry.physical.Node;
import dev.quarry.physical.NodeStat;
import dev.quarry.physical.VmEvent;
import dev.quarry.physical.VmEvents;
import java.util.ArrayList;
import java.util.List;

/** What a machine's reclaim did while something was played, interval by interval. */
public final class PressureLog {
  private static final long NANOS = 1000;

  private final PressureSettings settings;
  private final Machine machine;
  private final List<PressureSample> intervals = new ArrayList<>();
  private final List<PressureLevel> levels = new ArrayList<>();
  private PressureSample last = PressureSample.ZERO;

  /** Of a machine; nothing was played yet. */
  public PressureLog(PressureSettings settings, Machine machine) {
    this.settings = settings;
    this.machine = machine;
  }

  /** Ends an interval. */
  public void sample() {
    PressureSample now = now();
    intervals.add(now.since(last));
    levels.add(PressureLevel.of(machine));
    last = now;
  }

  private PressureSample now() {
    VmEvents events = machine.memory().events();
    long major = events.sum(VmEvent.PGMAJFAULT);
    long direct = events.sum(VmEvent.PGSTEAL_DIRECT);
    long scannedDirect = events.sum(VmEvent.PGSCAN_DIRECT);
    long reclaimed = events.sum(VmEvent.PGSTEAL_KSWAPD) + direct;
    long swapOuts = events.sum(VmEvent.PSWPOUT);
    long reads = major - last.majorFaults();
    long stall =
        reads * settings.readMicros()
            + written(direct, reclaimed, swapOuts) * settings.writeMicros();
    return new PressureSample(
        major,
        refaults(machine),
        events.sum(VmEvent.PGSCAN_KSWAPD) + scannedDirect,
        scannedDirect,
        reclaimed,
        direct,
        events.sum(VmEvent.PSWPIN),
        swapOuts,
        events.sum(VmEvent.OOM_KILL),
        last.stallNanos() + stall * NANOS);
  }

  /** Of what was freed directly in this interval, as large a part was written as of all. */
  private long written(long direct, long reclaimed, long swapOuts) {
    long directly = direct - last.direct();
    long freed = reclaimed - last.reclaimed();
    return freed == 0 ? 0 : Math.min(directly, directly * (swapOuts - last.swapOuts()) / freed);
  }

  /** Pages that went and came back, of all nodes of a machine. */
  public static long refaults(Machine machine) {
    long refaults = 0;
    for (Node node : machine.memory().nodes()) {
      refaults += node.stat(NodeStat.WORKINGSET_REFAULT_ANON);
      refaults += node.stat(NodeStat.WORKINGSET_REFAULT_FILE);
    }
    return refaults;
  }

  /** What was set. */
  public PressureSettings settings() {
    return settings;
  }

  /** Each interval by itself. */
  public List<PressureSample> intervals() {
    return List.copyOf(intervals);
  }

  /** How memory stood at the end of each interval. */
  public List<PressureLevel> levels() {
    return List.copyOf(levels);
  }

  /** All of it, up to the last interval's end. */
  public PressureSample total() {
    return last;
  }
}
