package dev.quarry.reclaim.compact;

import dev.quarry.physical.FragmentationIndex;
import dev.quarry.physical.Node;
import dev.quarry.physical.PhysicalMemory;
import dev.quarry.physical.Zone;

/**
 * How fragmented memory is in the eyes of proactive compaction, 0 to 100: the share of free memory
 * that huge pages cannot use ({@code fragmentation_score_node}, {@code fragmentation_score_wmark},
 * mm/compaction.c, 6.18).
 *
 * <pre>
 *   0 ──────── low = 100 - proactiveness ──── high = low + 10 ──── 100
 *                 ▲ until here                  ▲ from here on it is compacted
 * </pre>
 */
public final class FragmentationScore {
  private static final int HUGE_ORDER = 9;
  private static final int LEAST_LOW = 5;
  private static final int HYSTERESIS = 10;
  private static final int ALL = 100;
  private static final int PER_PERCENT = 10;

  private final PhysicalMemory memory;
  private final CompactionSettings settings;

  FragmentationScore(PhysicalMemory memory, CompactionSettings settings) {
    this.memory = memory;
    this.settings = settings;
  }

  /** Of a zone. */
  public int ofZone(Zone zone) {
    if (zone.freePages() == 0) {
      return 0;
    }
    int order = Math.min(HUGE_ORDER, memory.spec().maxOrder());
    return FragmentationIndex.unusable(zone.freeBlocksByOrder(), order) / PER_PERCENT;
  }

  /** Of a node: its zones' scores, each by its share of the node's memory. */
  public int ofNode(Node node) {
    long present = 1;
    for (Zone zone : node.zones()) {
      present += zone.present();
    }
    int sum = 0;
    for (Zone zone : node.zones()) {
      sum += (int) (zone.isPopulated() ? zone.present() * ofZone(zone) / present : 0);
    }
    return sum;
  }

  /** Down to here a zone is compacted. */
  int low() {
    return Math.max(ALL - settings.proactiveness(), LEAST_LOW);
  }

  /** Above this a node's compaction begins. */
  int high() {
    return Math.min(low() + HYSTERESIS, ALL);
  }
}
