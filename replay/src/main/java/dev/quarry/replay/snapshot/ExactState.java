package dev.quarry.replay.snapshot;

import dev.quarry.machine.ZoneType;
import dev.quarry.replay.read.Place;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * {@code exact}: every free list and every per-CPU list in its order, the per-CPU lists' settings,
 * and the migrate type of every pageblock, of one node.
 *
 * @param zones as far as they have memory
 * @param freeLists one for each zone, order and type that has blocks, in the file's order
 * @param perCpu one for each zone and CPU
 * @param perCpuLists one for each zone, CPU and list that has blocks
 * @param pageblocks migrate types
 */
public record ExactState(
    List<Zone> zones,
    List<FreeList> freeLists,
    List<PerCpu> perCpu,
    List<PerCpuList> perCpuLists,
    PageblockTypes pageblocks) {
  public ExactState {
    zones = List.copyOf(zones);
    freeLists = List.copyOf(freeLists);
    perCpu = List.copyOf(perCpu);
    perCpuLists = List.copyOf(perCpuLists);
  }

  /** A zone, in frames; what the file does not know is empty. */
  public record Zone(
      ZoneType type,
      int startPfn,
      OptionalLong managed,
      OptionalLong spanned,
      OptionalLong present,
      Place place) {}

  /** The list of free blocks of one order and migrate type in a zone, its head first. */
  public record FreeList(
      ZoneType zone, int order, int migrateType, FrameList blocks, Place place) {}

  /**
   * The settings of a CPU's lists in a zone: {@code struct per_cpu_pages} (include/linux/mmzone.h,
   * 6.18), in pages; {@code flags} has PCPF_PREV_FREE_HIGH_ORDER as bit 0 and PCPF_FREE_HIGH_BATCH
   * as bit 1.
   */
  public record PerCpu(
      ZoneType zone,
      int cpu,
      int count,
      int high,
      int batch,
      int highMin,
      int highMax,
      int freeCount,
      int allocFactor,
      int flags,
      Place place) {}

  /**
   * One list of a CPU in a zone, its head first.
   *
   * @param index {@code order * 3 + type} up to order 3; 12 and 13 hold huge pages that are not and
   *     that are movable (order_to_pindex in mm/page_alloc.c, 6.18)
   */
  public record PerCpuList(ZoneType zone, int cpu, int index, FrameList blocks, Place place) {
    /** Migrate types that have lists of their own. */
    public static final int TYPES = 3;

    /** Indices below this are of orders 0 to 3. */
    public static final int FIRST_HUGE = 4 * TYPES;

    /** Lists that there are. */
    public static final int INDICES = FIRST_HUGE + 2;

    /** Order of the blocks. */
    public int order(int hugeOrder) {
      return index < FIRST_HUGE ? index / TYPES : hugeOrder;
    }

    /** Whether the list holds huge pages. */
    public boolean isHuge() {
      return index >= FIRST_HUGE;
    }

    /** The migrate type: 0 unmovable, 1 movable, 2 reclaimable; huge pages only 0 or 1. */
    public int migrateType() {
      return index < FIRST_HUGE ? index % TYPES : index - FIRST_HUGE;
    }
  }

  /** A zone of this node. */
  public Optional<Zone> zone(ZoneType type) {
    return zones.stream().filter(zone -> zone.type() == type).findFirst();
  }

  /** The list of an order and type; empty if it has no blocks. */
  public FrameList free(ZoneType zone, int order, int migrateType) {
    return freeLists.stream()
        .filter(list ->
            list.zone() == zone && list.order() == order && list.migrateType() == migrateType)
        .findFirst()
        .map(FreeList::blocks)
        .orElse(FrameList.EMPTY);
  }
}
