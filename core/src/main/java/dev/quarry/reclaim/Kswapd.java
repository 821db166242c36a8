package dev.quarry.reclaim;

import dev.quarry.machine.Cpu;
import dev.quarry.machine.WakeUp;
import dev.quarry.physical.Gfp;
import dev.quarry.physical.Node;
import dev.quarry.physical.NodeBalance;
import dev.quarry.physical.PhysicalMemory;
import dev.quarry.physical.VmEvent;
import dev.quarry.physical.Zone;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The background reclaimer of a node: {@code kswapd}, {@code balance_pgdat} (mm/vmscan.c, 6.18).
 * Woken when a request finds no zone above its low mark, it works until a zone is above its high
 * mark.
 *
 * <pre>
 *   asleep ── wake ──► priority 12 ── step ──► 11 ── step ──► ... 1
 *     ▲                    └── balanced, or nothing helps ──────┘
 *     └─────────────────────────────┘
 * </pre>
 *
 * <p>A step is one round of one priority. Who drives the machine decides when there is one: a
 * simulation before an operation of a process and when a request waits, an embedded machine in a
 * thread of its own.
 */
public final class Kswapd {
  /** MAX_RECLAIM_RETRIES: runs without a page until the node is given up. */
  private static final int MOST_FAILURES = 16;

  private final PhysicalMemory memory;
  private final Node node;
  private final NodeBalance balance;
  private final ShrinkNode shrinkNode;
  private final Lruvec lruvec;
  private final ReclaimScope scope;
  private final WakeUp wakeUp = new WakeUp();

  /** Who steps holds it; never waited for, as who wakes may hold what the step needs. */
  private final ReentrantLock working = new ReentrantLock();

  private volatile boolean awake;
  private volatile int order;
  private volatile int highestZone;
  private volatile int failures;
  private long boost;
  private boolean boosted;
  private volatile @Nullable ScanControl scan;

  Kswapd(
      PhysicalMemory memory,
      Node node,
      NodeBalance balance,
      ShrinkNode shrinkNode,
      Lruvec lruvec,
      ReclaimScope scope) {
    this.memory = memory;
    this.node = node;
    this.balance = balance;
    this.shrinkNode = shrinkNode;
    this.lruvec = lruvec;
    this.scope = scope;
  }

  /** Whose memory it keeps free. */
  public Node node() {
    return node;
  }

  /** Whether it was woken and has not finished. */
  public boolean isAwake() {
    return awake;
  }

  /** Wakes its thread, if it has one. */
  public WakeUp wakeUp() {
    return wakeUp;
  }

  /** For which order it was woken last. */
  int order() {
    return order;
  }

  /** And up to which zone. */
  int highestZone() {
    return highestZone;
  }

  /** Whether it was woken and has done nothing yet. */
  boolean isStarting() {
    return awake && scan == null;
  }

  /** Whether so many runs freed nothing that it does not run for now. */
  public boolean isHopeless() {
    return failures >= MOST_FAILURES;
  }

  /** Somebody else freed pages of the node: it is worth a try again. */
  void progress() {
    failures = 0;
  }

  /** {@code wakeup_kswapd}. */
  synchronized void wake(int forOrder, int forZone) {
    if (awake) {
      order = Math.max(order, forOrder);
      highestZone = Math.max(highestZone, forZone);
      return;
    }
    boolean enough =
        balance.isBalanced(node, forOrder, forZone) && balance.boost(node, forZone) == 0;
    if (isHopeless() || enough) {
      return;
    }
    order = forOrder;
    highestZone = forZone;
    awake = true;
    wakeUp.signal();
  }

  /**
   * Works a little, if it is awake.
   *
   * @param cpu a CPU that the calling thread may use
   * @return whether it is still awake; true as well while another thread steps
   */
  public boolean step(Cpu cpu) {
    if (!awake || cpu.isFreeingMemory()) {
      return false;
    }
    if (!working.tryLock()) {
      return true;
    }
    cpu.freeingMemory(true);
    try {
      return awake && work(cpu);
    } finally {
      cpu.freeingMemory(false);
      working.unlock();
    }
  }

  private boolean work(Cpu cpu) {
    ScanControl now = scan;
    if (now == null) {
      now = begin(cpu);
      scan = now;
    }
    now.cpu = cpu;
    if (!round(now)) {
      end(now);
      scan = null;
      awake = false;
    }
    return awake;
  }

  private ScanControl begin(Cpu cpu) {
    memory.events().count(cpu.id(), VmEvent.PAGEOUTRUN, 1);
    ScanControl fresh = new ScanControl(cpu, Gfp.GFP_KERNEL, true, scope);
    boost = balance.boost(node, highestZone);
    boosted = boost > 0;
    fresh.order = order;
    balance.reclaimActive(node, highestZone, true);
    return fresh;
  }

  /** One round of {@code balance_pgdat}; false: it is over. */
  private boolean round(ScanControl now) {
    now.highestZone = boosted ? node.zones().size() - 1 : highestZone;
    boolean balanced = balance.isBalanced(node, now.order, highestZone);
    if (!balanced && boost > 0) {
      boost = 0; // it is not the boost alone any more: from the start
      now.priority = ScanControl.FIRST_PRIORITY;
    }
    if (boost == 0 && balanced) {
      return false;
    }
    now.maySwap = boost == 0;
    shrinkNode.policy().age(lruvec, now);
    long before = now.reclaimed;
    boolean enough = shrink(now);
    long freed = now.reclaimed - before;
    boolean raise = !enough && !(boost > 0 && now.priority == ScanControl.FIRST_PRIORITY - 2);
    boost -= Math.min(boost, freed);
    if (boosted && boost == 0 && freed == 0) {
      return !balanced && lower(now);
    }
    return !(raise || freed == 0) || lower(now);
  }

  private static boolean lower(ScanControl now) {
    now.priority--;
    return now.priority >= 1;
  }

  /** {@code kswapd_shrink_node}; whether as many pages were looked at as are to be free. */
  private boolean shrink(ScanControl now) {
    now.toReclaim = 0;
    for (int index = 0; index <= now.highestZone; index++) {
      Zone zone = node.zone(index);
      now.toReclaim += zone.managed() > 0 ? Math.max(zone.mark(Zone.HIGH), ScanControl.CLUSTER) : 0;
    }
    now.scanned = 0;
    shrinkNode.shrink(node, now);
    if (now.order > 0 && now.reclaimed >= 2L << now.order) {
      now.order = 0; // the rest is compaction's work
    }
    return now.scanned >= now.toReclaim;
  }

  private void end(ScanControl now) {
    failures =
        now.reclaimed == 0 && !balance.isBalanced(node, now.order, highestZone) ? failures + 1 : 0;
    balance.reclaimActive(node, highestZone, false);
    if (boosted) {
      balance.dropBoost(node, highestZone);
    }
    lruvec.snapshotRefaults();
  }
}
