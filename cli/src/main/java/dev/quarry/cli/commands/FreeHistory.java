package dev.quarry.cli.commands;

import dev.quarry.kernel.Machine;
import dev.quarry.physical.Zone;
import dev.quarry.reclaim.Kswapd;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How many pages of each zone were free while processes worked, looked at before each of their
 * operations. When there are too many moments, each two become one.
 *
 * <pre>
 *   . . . . . . . .     a moment is the least of an interval
 *    .   .   .   .      and is twice as long after that
 * </pre>
 */
final class FreeHistory {
  private static final int MOST_MOMENTS = 72;

  private final Machine machine;
  private final List<Zone> zones;
  private List<Moment> moments = new ArrayList<>();
  private @Nullable Moment open;
  private long interval = 1;
  private long inOpen;
  private long stalls;

  /**
   * An interval of time.
   *
   * @param free the fewest free pages, by zone
   * @param kswapd whether it was awake
   * @param stalled whether a request reclaimed by itself
   */
  record Moment(List<Long> free, boolean kswapd, boolean stalled) {
    Moment with(Moment other) {
      List<Long> least = new ArrayList<>();
      for (int i = 0; i < free.size(); i++) {
        least.add(Math.min(free.get(i), other.free.get(i)));
      }
      return new Moment(least, kswapd || other.kswapd, stalled || other.stalled);
    }
  }

  FreeHistory(Machine machine) {
    this.machine = machine;
    this.zones = machine.memory().zones();
    this.stalls = stalls();
    machine.reclaim().daemons().observer(this::look);
  }

  private long stalls() {
    long sum = 0;
    for (int index = 0; index < machine.spec().zones().size(); index++) {
      sum += machine.memory().allocStalls(index);
    }
    return sum;
  }

  /** Looks at the machine now. */
  void look() {
    List<Long> free = zones.stream().map(Zone::freePages).toList();
    long now = stalls();
    boolean awake = machine.reclaim().kswapds().stream().anyMatch(Kswapd::isAwake);
    Moment seen = new Moment(free, awake, now > stalls);
    stalls = now;
    open = open == null ? seen : open.with(seen);
    if (++inOpen == interval) {
      close(open);
    }
  }

  private void close(Moment ended) {
    moments.add(ended);
    open = null;
    inOpen = 0;
    if (moments.size() == MOST_MOMENTS) {
      List<Moment> halved = new ArrayList<>();
      for (int i = 0; i < MOST_MOMENTS; i += 2) {
        halved.add(moments.get(i).with(moments.get(i + 1)));
      }
      moments = halved;
      interval *= 2;
    }
  }

  /** How many operations a moment stands for. */
  long interval() {
    return interval;
  }

  /** The moments so far, the oldest first; from now on there are new ones. */
  List<Moment> take() {
    look();
    List<Moment> taken = new ArrayList<>(moments);
    if (open != null) {
      taken.add(open);
    }
    moments = new ArrayList<>();
    open = null;
    inOpen = 0;
    interval = 1;
    return taken;
  }
}
