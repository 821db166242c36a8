package dev.quarry.physical;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quarry.kernel.Machine;
import dev.quarry.machine.Cpu;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/**
 * Every state of a zone of 16 pages, up to the order within lists, and from each every request, its
 * undoing, and every free. A state is a partition into blocks, each held or free, in which no two
 * free buddies stand side by side; with T(0) = 2 and T(k) = T(k-1)² + 1 there are 458,330 of them.
 *
 * <pre>
 *   'A' a held block, '.' a free one, a digit its order:   A0.0A1.2A3
 * </pre>
 */
class EveryBuddyStateTest {
  private static final int PAGES = 16;
  private static final int MAX_ORDER = 4;
  private static final Block[] NOT_ALLOWED = {};

  /** In the place of a block that joined another one. */
  private static final Block GONE = new Block(-1, -1, true);

  /** A block: first frame, order, whether it is held. */
  private record Block(int pfn, int order, boolean held) {
    @Override
    public String toString() {
      return (held ? "A" : ".") + order;
    }
  }

  private final Machine machine =
      Machine.boot(TestMachines.oneZone(PAGES, MAX_ORDER, MAX_ORDER, false));
  private final Zone zone = machine.memory().zones().getFirst();
  private final Cpu cpu = machine.cpu(0);
  private final MemMap map = machine.memory().map();
  private final long[] states = new long[PAGES];
  private final int[] blocks = new int[MAX_ORDER + 1];
  private int count;

  @Test
  void everyRequestAndFreeFromEveryStateDoesWhatTheModelSays() {
    while (zone.untouched.count() > 0) {
      zone.buddy.takeFirst(MAX_ORDER, MigrateType.MOVABLE);
      zone.buddy.account(-PAGES, MigrateType.MOVABLE);
    }
    machine.memory().pageblocks().type(0, MigrateType.UNMOVABLE);
    Block[] stack = new Block[PAGES];
    enumerate(0, stack, 0);
    assertThat(count).isEqualTo(458_330);
    machine.close();
  }

  /** Fills the zone from frame {@code pfn} on with every sequence of blocks. */
  private void enumerate(int pfn, Block[] stack, int depth) {
    if (pfn == PAGES) {
      count++;
      checkState(Arrays.copyOf(stack, depth));
      return;
    }
    int largest = pfn == 0 ? MAX_ORDER : Integer.numberOfTrailingZeros(pfn);
    for (int order = 0; order <= largest; order++) {
      stack[depth] = new Block(pfn, order, true);
      enumerate(pfn + (1 << order), stack, depth + 1);
      stack[depth] = new Block(pfn, order, false);
      if (!joinsItsBuddy(stack, depth)) {
        enumerate(pfn + (1 << order), stack, depth + 1);
      }
    }
  }

  private static boolean joinsItsBuddy(Block[] stack, int depth) {
    Block block = stack[depth];
    if (depth == 0 || block.order == MAX_ORDER) {
      return false;
    }
    Block before = stack[depth - 1];
    return !before.held
        && before.order == block.order
        && (before.pfn ^ block.pfn) == 1 << block.order;
  }

  private void checkState(Block[] state) {
    load(state);
    for (int order = 0; order <= MAX_ORDER; order++) {
      int pfn = machine.allocator().allocPages(cpu, Gfp.GFP_KERNEL | Gfp.NOWARN, order);
      expect(afterAlloc(state, order, pfn), "alloc order", order, state);
      if (pfn != Pfn.NONE) {
        // Given back, it joins what was split off it, and nothing else.
        machine.allocator().freePages(cpu, pfn, order);
        expect(state, "alloc and free order", order, state);
      }
    }
    for (Block block : state) {
      if (block.held) {
        machine.allocator().freePages(cpu, block.pfn, block.order);
        expect(afterFree(state, block), "free", block.pfn, state);
        load(state);
      }
    }
  }

  private void load(Block[] state) {
    for (int order = 0; order <= MAX_ORDER; order++) {
      while (!zone.isEmpty(order, MigrateType.UNMOVABLE)) {
        zone.buddy.takeFirst(order, MigrateType.UNMOVABLE);
        zone.buddy.account(-(1L << order), MigrateType.UNMOVABLE);
      }
    }
    for (int pfn = 0; pfn < PAGES; pfn++) {
      map.state(pfn, PageState.UNTOUCHED);
    }
    for (Block block : state) {
      if (block.held) {
        map.state(block.pfn, PageState.allocated(block.order, 0));
      } else {
        zone.buddy.linkHead(block.pfn, block.order, MigrateType.UNMOVABLE);
        zone.buddy.account(1L << block.order, MigrateType.UNMOVABLE);
      }
    }
  }

  /** The state after a request that got {@code pfn}. */
  private static Block[] afterAlloc(Block[] state, int order, int pfn) {
    int smallest = Integer.MAX_VALUE;
    int free = 0;
    for (Block block : state) {
      if (!block.held) {
        free += 1 << block.order;
        smallest = block.order >= order ? Math.min(smallest, block.order) : smallest;
      }
    }
    // The zone's marks are 0, so the last page is never given away.
    if (smallest == Integer.MAX_VALUE || free - ((1 << order) - 1) <= 0) {
      return pfn == Pfn.NONE ? state : NOT_ALLOWED;
    }
    for (int i = 0; i < state.length; i++) {
      if (!state[i].held && state[i].order == smallest && state[i].pfn == pfn) {
        return split(state, i, order);
      }
    }
    return NOT_ALLOWED;
  }

  /** The state with a held block of {@code order} at the front of what was block {@code index}. */
  private static Block[] split(Block[] state, int index, int order) {
    Block block = state[index];
    Block[] after = new Block[state.length + block.order - order];
    System.arraycopy(state, 0, after, 0, index);
    after[index] = new Block(block.pfn, order, true);
    for (int half = order; half < block.order; half++) {
      after[index + 1 + half - order] = new Block(block.pfn + (1 << half), half, false);
    }
    int parts = 1 + block.order - order;
    System.arraycopy(state, index + 1, after, index + parts, state.length - index - 1);
    return after;
  }

  private static Block[] afterFree(Block[] state, Block freed) {
    Block[] after = state.clone();
    int pfn = freed.pfn;
    int order = freed.order;
    for (; order < MAX_ORDER; order++) {
      int buddy = pfn ^ (1 << order);
      int at = free(after, buddy, order);
      if (at < 0) {
        break;
      }
      after[at] = GONE;
      pfn &= buddy;
    }
    for (int i = 0; i < after.length; i++) {
      after[i] = after[i] == freed ? new Block(pfn, order, false) : after[i];
    }
    return after;
  }

  /** Where in the state a free block is, or -1. */
  private static int free(Block[] state, int pfn, int order) {
    for (int i = 0; i < state.length; i++) {
      if (state[i].pfn == pfn && state[i].order == order && !state[i].held) {
        return i;
      }
    }
    return -1;
  }

  /** Each frame's descriptor, each list's length and the free pages must be the model's. */
  private void expect(Block[] expected, String operation, int operand, Block[] before) {
    Arrays.fill(states, PageState.UNTOUCHED);
    Arrays.fill(blocks, 0);
    int free = 0;
    for (Block block : expected) {
      if (block == GONE) {
        continue;
      }
      states[block.pfn] =
          block.held ? PageState.allocated(block.order, 0) : PageState.buddy(block.order);
      blocks[block.order] += block.held ? 0 : 1;
      free += block.held ? 0 : 1 << block.order;
    }
    boolean right = expected != NOT_ALLOWED && zone.freePages == free;
    for (int pfn = 0; pfn < PAGES; pfn++) {
      right &= map.state(pfn) == states[pfn];
    }
    for (int order = 0; order <= MAX_ORDER; order++) {
      right &= zone.areas[order].nrFree() == blocks[order];
      right &= zone.areas[order].list(MigrateType.UNMOVABLE).count() == blocks[order];
    }
    if (!right) {
      throw new AssertionError(
          operation + " " + operand + " in " + text(before) + " is not " + text(expected));
    }
  }

  private static String text(Block[] state) {
    StringBuilder out = new StringBuilder();
    for (Block block : state) {
      out.append(block);
    }
    return out.toString();
  }
}
