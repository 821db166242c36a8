package dev.quarry.physical;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quarry.kernel.Machine;
import dev.quarry.machine.Cpu;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Every state of a zone of 16 pages, up to the order within lists, and from each every request and
 * every free. A state is a partition into blocks, each held or free, in which no two free buddies
 * stand side by side; with T(0) = 2 and T(k) = T(k-1)² + 1 there are 458,330 of them.
 *
 * <pre>
 *   'A' a held block, '.' a free one, a digit its order:   A0.0A1.2A3
 * </pre>
 */
class EveryBuddyStateTest {
  private static final int PAGES = 16;
  private static final int MAX_ORDER = 4;

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
  private int states;

  @Test
  void everyRequestAndFreeFromEveryStateDoesWhatTheModelSays() {
    Block[] stack = new Block[PAGES];
    enumerate(0, stack, 0);
    assertThat(states).isEqualTo(458_330);
    machine.close();
  }

  /** Fills the zone from frame {@code pfn} on with every sequence of blocks. */
  private void enumerate(int pfn, Block[] stack, int depth) {
    if (pfn == PAGES) {
      states++;
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
    // One request, and one free, of each state in turn; over all states each meets each.
    int order = states % (MAX_ORDER + 1);
    load(state);
    int pfn = machine.allocator().allocPages(cpu, Gfp.GFP_KERNEL | Gfp.NOWARN, order);
    List<Block> expected = afterAlloc(state, order, pfn);
    if (expected == null) {
      throw new AssertionError("alloc order " + order + " -> " + pfn + " in " + text(state));
    }
    expect(expected, "alloc order " + order, state);
    Block freed = pickHeld(state);
    if (freed != null) {
      load(state);
      machine.allocator().freePages(cpu, freed.pfn, freed.order);
      expect(afterFree(state, freed), "free " + freed.pfn, state);
    }
  }

  private Block pickHeld(Block[] state) {
    for (int i = 0; i < state.length; i++) {
      Block block = state[(i + states) % state.length];
      if (block.held) {
        return block;
      }
    }
    return null;
  }

  private void load(Block[] state) {
    for (int pfn = 0; pfn < PAGES; pfn++) {
      machine.memory().map().state(pfn, PageState.UNTOUCHED);
    }
    Arrays.fill(zone.nonEmptyOrders, 0);
    for (int order = 0; order <= MAX_ORDER; order++) {
      zone.areas[order] = new FreeArea(machine.memory().map());
    }
    zone.untouched.clear();
    zone.freePages = 0;
    zone.freePagesInBlocks = 0;
    machine.memory().pageblocks().type(0, MigrateType.UNMOVABLE);
    for (Block block : state) {
      if (block.held) {
        machine.memory().map().state(block.pfn, PageState.allocated(block.order, 0));
      } else {
        zone.buddy.linkHead(block.pfn, block.order, MigrateType.UNMOVABLE);
        zone.buddy.account(1L << block.order, MigrateType.UNMOVABLE);
      }
    }
  }

  /** The state after a request that got {@code pfn}; null if the buddy system may not do that. */
  private static List<Block> afterAlloc(Block[] state, int order, int pfn) {
    int smallest = Integer.MAX_VALUE;
    for (Block block : state) {
      if (!block.held && block.order >= order) {
        smallest = Math.min(smallest, block.order);
      }
    }
    // The zone's marks are 0, so the last page is never given away.
    int free = Arrays.stream(state).filter(b -> !b.held).mapToInt(b -> 1 << b.order).sum();
    if (smallest == Integer.MAX_VALUE || free - ((1 << order) - 1) <= 0) {
      return pfn == Pfn.NONE ? List.of(state) : null;
    }
    List<Block> after = new ArrayList<>();
    boolean found = false;
    for (Block block : state) {
      if (!block.held && block.order == smallest && block.pfn == pfn) {
        found = true;
        after.add(new Block(pfn, order, true));
        for (int half = order; half < smallest; half++) {
          after.add(new Block(pfn + (1 << half), half, false));
        }
      } else {
        after.add(block);
      }
    }
    return found ? after : null;
  }

  private static List<Block> afterFree(Block[] state, Block freed) {
    List<Block> after = new ArrayList<>(List.of(state));
    after.remove(freed);
    Block joined = new Block(freed.pfn, freed.order, false);
    while (joined.order < MAX_ORDER) {
      Block buddy = new Block(joined.pfn ^ (1 << joined.order), joined.order, false);
      if (!after.remove(buddy)) {
        break;
      }
      joined = new Block(Math.min(joined.pfn, buddy.pfn), joined.order + 1, false);
    }
    after.add(joined);
    return after;
  }

  private void expect(List<Block> expected, String operation, Block[] before) {
    int free = 0;
    for (Block block : expected) {
      long state = machine.memory().map().state(block.pfn);
      boolean right =
          state
              == (block.held ? PageState.allocated(block.order, 0) : PageState.buddy(block.order));
      if (!right) {
        throw new AssertionError(
            operation + " in " + text(before) + ": frame " + block.pfn + " is not " + block);
      }
      free += block.held ? 0 : 1 << block.order;
    }
    if (zone.freePages != free) {
      throw new AssertionError(operation + " in " + text(before) + ": " + zone.freePages);
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
