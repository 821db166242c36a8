package dev.quarry.physical;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quarry.kernel.Machine;
import dev.quarry.machine.Cpu;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The checker that all other tests trust must see every kind of damage: a machine in full use is
 * damaged in one place, and the first finding must name it.
 */
class InvariantsTest {
  /** A machine with free, held and per-CPU blocks, and where some of them are. */
  private static final class Used implements AutoCloseable {
    final Machine machine =
        TestMachines.of("memory 0-64M", "zone DMA below=16M", "zone Normal", "cpus 0-1");
    final PhysicalMemory memory = machine.memory();
    final MemMap map = memory.map();
    final Zone zone = memory.zones().getLast();
    final Zone dma = memory.zones().getFirst();
    final int held;
    final int onCpuList;
    final int free;

    Used() {
      PageAllocator allocator = machine.allocator();
      Cpu cpu = machine.cpu(1);
      allocator.allocPages(cpu, Gfp.GFP_HIGHUSER_MOVABLE, 0);
      held = allocator.allocPages(cpu, Gfp.GFP_KERNEL, 4);
      onCpuList = allocator.allocPages(cpu, Gfp.GFP_KERNEL, 2);
      allocator.freePages(cpu, onCpuList, 2);
      int[] parts = new int[4];
      for (int i = 0; i < parts.length; i++) {
        parts[i] = allocator.allocPages(cpu, Gfp.GFP_KERNEL, 4);
      }
      for (int i = 0; i < parts.length; i += 2) {
        allocator.freePages(cpu, parts[i], 4);
      }
      free = zone.area(7).list(MigrateType.UNMOVABLE).first();
    }

    @Override
    public void close() {
      machine.close();
    }
  }

  /** A damage, and words of the finding. */
  enum Damage {
    FREE_PAGES_MISCOUNTED(used -> used.zone.freePages++, "free"),
    CMA_MISCOUNTED(used -> used.zone.freeCma++, "free CMA 1, blocks hold 0"),
    HIGH_ATOMIC_MISCOUNTED(used -> used.zone.freeHighatomic--, "free high-atomic -1"),
    RESERVE_MISCOUNTED(used -> used.zone.reservedHighatomic = 512, "reserved high-atomic 512"),
    WHOLE_BLOCKS_MISCOUNTED(used -> used.zone.freePagesInBlocks -= 512, "free in pageblocks"),
    BLOCKS_MISCOUNTED(used -> used.zone.areas[3].changeCount(1), "order 3: nr_free"),
    ORDER_BIT_LOST(used -> used.zone.nonEmptyOrders[MigrateType.UNMOVABLE] = 0, "empty true"),
    ORDER_BIT_TOO_MANY(used -> used.zone.nonEmptyOrders[MigrateType.CMA] |= 8, "empty false"),
    FREE_BLOCK_MARKED_HELD(
        used -> used.map.state(used.free, PageState.allocated(7, 0)), "is on the list of order 7"),
    FREE_BLOCK_FORGOTTEN(
        used -> used.map.state(used.free, PageState.UNTOUCHED), "is on the list of order 7"),
    FREE_BLOCK_OF_ANOTHER_ORDER(
        used -> used.map.state(used.free, PageState.buddy(6)), "is on the list of order 7"),
    LINK_BACKWARDS_BROKEN(used -> used.map.prev(used.free, 12), "prev 12"),
    LIST_CUT(used -> longList(used).cut(used), "counted"),
    LIST_CLOSED_TO_A_RING(used -> longList(used).close(used), "counted"),
    HELD_BLOCK_FORGOTTEN(
        used -> used.map.state(used.held, PageState.UNTOUCHED), "16 frames belong to nothing"),
    HELD_BLOCK_TOO_LARGE(
        used -> used.map.state(used.held, PageState.allocated(5, 0)), "frames are free"),
    HELD_BLOCK_MARKED_FREE(
        used -> used.map.state(used.held, PageState.buddy(4)), "frames are free"),
    CPU_BLOCK_MARKED_HELD(
        used -> used.map.state(used.onCpuList, PageState.allocated(2, 0)), "per-CPU list"),
    CPU_COUNT_WRONG(used -> used.zone.pcp(1).count++, "CPU 1: count"),
    CPU_BLOCK_LOST(used -> longCpuList(used).removeLast(), "CPU 1: count"),
    CPU_BLOCK_TWICE(used -> longCpuList(used).addTail(longCpuList(used).first()), "CPU 1: count"),
    PAGEBLOCK_OF_ANOTHER_TYPE(
        used -> used.memory.pageblocks().type(used.free, MigrateType.CMA), "its pageblock is CMA"),
    PAGEBLOCK_OF_ANOTHER_ZONE(
        used -> used.memory.pageblocks().zone(used.free, used.dma.number()), "its pageblock is"),
    BUDDIES_LEFT_APART(Damage::splitAFreeBlock, "are free buddies"),
    BLOCK_ON_TWO_LISTS(
        used -> used.zone.areas[7].list(MigrateType.MOVABLE).addTail(used.free), "Movable"),
    MANAGED_MISCOUNTED(used -> used.zone.managed--, "managed");

    private final Consumer<Used> damage;
    private final String words;

    Damage(Consumer<Used> damage, String words) {
      this.damage = damage;
      this.words = words;
    }

    private static void splitAFreeBlock(Used used) {
      used.zone.buddy.unlink(used.free, 7, MigrateType.UNMOVABLE);
      used.zone.buddy.linkHead(used.free, 6, MigrateType.UNMOVABLE);
      used.zone.buddy.linkHead(used.free + 64, 6, MigrateType.UNMOVABLE);
    }

    /** Some list with at least two blocks. */
    private record LongList(FreeList list) {
      void cut(Used used) {
        used.map.next(list.first(), Pfn.NONE);
      }

      void close(Used used) {
        used.map.next(list.last(), list.first());
      }
    }

    private static LongList longList(Used used) {
      for (FreeArea area : used.zone.areas) {
        for (int type = 0; type < MigrateType.COUNT; type++) {
          if (area.list(type).count() > 1) {
            return new LongList(area.list(type));
          }
        }
      }
      throw new IllegalStateException("no list has two blocks");
    }

    private static PcpList longCpuList(Used used) {
      for (int i = 0; i < used.zone.pcp(1).lists(); i++) {
        if (used.zone.pcp(1).list(i).count() > 1) {
          return used.zone.pcp(1).list(i);
        }
      }
      throw new IllegalStateException("no list has two blocks");
    }
  }

  @Test
  void aMachineInUseIsSound() {
    try (Used used = new Used()) {
      assertThat(used.machine.invariants()).isEmpty();
    }
  }

  @ParameterizedTest
  @EnumSource
  void everyDamageIsFound(Damage damage) {
    try (Used used = new Used()) {
      damage.damage.accept(used);
      assertThat(used.machine.invariants())
          .isNotEmpty()
          .anyMatch(finding -> finding.contains(damage.words))
          .hasSizeLessThanOrEqualTo(50);
    }
  }
}
