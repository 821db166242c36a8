package dev.quarry.physical;

import dev.quarry.kernel.Machine;
import dev.quarry.machine.Cpu;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Plays a sequence of steps on a machine and on the model beside it. Each step, and each check
 * behind it, returns what is wrong, or null.
 */
final class MachineRun {
  private static final int STEPS_BETWEEN_SWEEPS = 25;

  private final Machine machine;
  private final PageAllocator allocator;
  private final MemMap map;
  private final HeldBlocks held = new HeldBlocks();
  private final PlacementOracle oracle;
  private final FrameContents contents;
  private final Sweep sweep;
  private long misuses;

  /** What happened, for the test that sequences reach what they are meant to reach. */
  int granted;

  int refused;

  MachineRun(Machine machine) {
    this.machine = machine;
    this.allocator = machine.allocator();
    this.map = machine.memory().map();
    this.oracle = new PlacementOracle(machine.memory());
    this.contents = new FrameContents(machine);
    this.sweep = new Sweep(machine, held);
  }

  HeldBlocks held() {
    return held;
  }

  @Nullable String all(List<Op> ops) {
    for (int i = 0; i < ops.size(); i++) {
      String wrong = step(ops.get(i));
      if (wrong == null) {
        wrong = afterStep(i);
      }
      if (wrong != null) {
        return "step " + i + " " + ops.get(i) + ": " + wrong;
      }
    }
    return giveAllBack();
  }

  @Nullable String step(Op op) {
    return switch (op) {
      case Op.Alloc alloc -> alloc(alloc);
      case Op.Bulk bulk -> bulk(bulk);
      case Op.Exact exact -> exact(exact);
      case Op.Free free -> free(machine.cpu(free.cpu()), held.victim(free.victim()));
      case Op.Get get -> get(held.victim(get.victim()));
      case Op.Split split -> split(held.victim(split.victim()), split.newOrder());
      case Op.Lru lru -> toggleLru(held.victim(lru.victim()));
      case Op.WildFree wild -> wildFree(wild);
      case Op.Drain ignored -> drain();
      case Op.Decay decay -> decay(machine.cpu(decay.cpu()));
    };
  }

  private @Nullable String alloc(Op.Alloc op) {
    Cpu cpu = machine.cpu(op.cpu());
    Zone zone = oracle.expected(cpu, op.node(), op.nodeMask(), op.gfp(), op.order());
    boolean plain = op.node() == cpu.node() && op.nodeMask() == Request.ALL_NODES;
    int pfn =
        plain
            ? allocator.allocPages(cpu, op.gfp(), op.order())
            : allocator.allocPagesNode(
                cpu, op.node(), op.nodeMask(), op.gfp(), op.order(), new Trail());
    boolean waits = Gfp.mayBlock(op.gfp());
    if (zone != null || !waits) {
      Zone got = pfn == Pfn.NONE ? null : machine.memory().zoneOf(pfn);
      if (got != zone) {
        return "the block is in " + got + ", the rules say " + zone;
      }
    }
    if (pfn == Pfn.NONE) {
      refused++;
      Zone after = oracle.expected(cpu, op.node(), op.nodeMask(), op.gfp(), op.order());
      return after == null ? null : "refused, though " + after + " can serve it";
    }
    return received(new HeldBlocks.Block(pfn, op.order(), 1 << op.order(), false), op.gfp());
  }

  private @Nullable String received(HeldBlocks.Block block, int gfp) {
    granted++;
    String wrong = held.add(block);
    if (wrong != null) {
      return wrong;
    }
    boolean compound = block.order > 0 && (gfp & Gfp.COMP) != 0 && !block.exact;
    boolean isHead = (PageState.flags(map.state(block.pfn)) & PageState.HEAD) != 0;
    if (compound != isHead) {
      return "frame " + block.pfn + " is a compound head: " + isHead + ", asked for: " + compound;
    }
    boolean cma = machine.memory().pageblocks().type(block.pfn) == MigrateType.CMA;
    if (cma && (gfp & Gfp.MOVABLE) == 0) {
      return "frame " + block.pfn + " is CMA's, the request is not movable";
    }
    return contents.received(block, (gfp & Gfp.ZERO) != 0);
  }

  private @Nullable String bulk(Op.Bulk op) {
    int[] pfns = new int[op.count()];
    int got = allocator.allocPagesBulk(machine.cpu(op.cpu()), op.gfp(), pfns);
    if (got < 0 || got > op.count()) {
      return got + " frames of " + op.count();
    }
    for (int i = 0; i < got; i++) {
      String wrong = received(new HeldBlocks.Block(pfns[i], 0, 1, false), op.gfp());
      if (wrong != null) {
        return wrong;
      }
    }
    return null;
  }

  private @Nullable String exact(Op.Exact op) {
    long bytes = op.pages() * machine.spec().pageSize() - op.pages() % 5;
    int pfn = allocator.allocPagesExact(machine.cpu(op.cpu()), bytes, op.gfp());
    if (pfn == Pfn.NONE) {
      refused++;
      return null;
    }
    int order = 32 - Integer.numberOfLeadingZeros(op.pages() - 1);
    return received(new HeldBlocks.Block(pfn, order, op.pages(), true), op.gfp());
  }

  private @Nullable String free(Cpu cpu, HeldBlocks.@Nullable Block block) {
    if (block == null) {
      return null;
    }
    boolean last = --block.references == 0;
    if (last) {
      String wrong = contents.given(block);
      if (wrong != null) {
        return wrong;
      }
      setLru(block, false);
      held.remove(block);
    }
    if (block.exact) {
      long bytes = block.pages * machine.spec().pageSize();
      allocator.freePagesExact(cpu, block.pfn, bytes);
      return allocator.badPages() == misuses ? null : "freeing frame " + block.pfn + " was misuse";
    }
    boolean freed = allocator.freePages(cpu, block.pfn, block.order);
    return freed ? null : "freeing frame " + block.pfn + ": " + machine.log().lines();
  }

  private @Nullable String get(HeldBlocks.@Nullable Block block) {
    if (block != null && !block.exact) {
      allocator.getPage(block.pfn);
      block.references++;
    }
    return null;
  }

  private @Nullable String split(HeldBlocks.@Nullable Block block, int newOrder) {
    if (block == null || block.exact || block.references > 1 || newOrder > block.order) {
      return null;
    }
    setLru(block, false);
    allocator.splitBlock(block.pfn, block.order, newOrder);
    held.remove(block);
    for (int at = block.pfn; at < block.pfn + block.pages; at += 1 << newOrder) {
      String wrong = held.add(new HeldBlocks.Block(at, newOrder, 1 << newOrder, false));
      if (wrong != null) {
        return wrong;
      }
    }
    return null;
  }

  private @Nullable String toggleLru(HeldBlocks.@Nullable Block block) {
    if (block != null) {
      setLru(block, !block.lru);
    }
    return null;
  }

  private void setLru(HeldBlocks.Block block, boolean on) {
    if (on) {
      map.setFlags(block.pfn, PageState.LRU);
    } else {
      map.clearFlags(block.pfn, PageState.LRU);
    }
    block.lru = on;
  }

  private @Nullable String wildFree(Op.WildFree op) {
    HeldBlocks.Block block = held.at(op.pfn());
    boolean single = block != null && block.exact && op.order() == 0;
    boolean whole = block != null && !block.exact && op.order() == block.order;
    if (single || whole || (held.holds(op.pfn()) && insideExact(op.pfn()))) {
      return null; // by chance, somebody's
    }
    misuses++;
    if (allocator.freePages(machine.cpu(op.cpu()), op.pfn(), op.order())) {
      return "a frame that nobody held so was freed";
    }
    return allocator.badPages() == misuses ? null : "misuse was not counted";
  }

  private boolean insideExact(int pfn) {
    return held.all().stream()
        .anyMatch(block -> block.exact && block.pfn <= pfn && pfn < block.pfn + block.pages);
  }

  private @Nullable String drain() {
    allocator.drainAllPages();
    long pages = machine.memory().zones().stream().mapToLong(Zone::pcpPages).sum();
    return pages == 0 ? null : pages + " pages on per-CPU lists after a drain";
  }

  private @Nullable String decay(Cpu cpu) {
    allocator.decayPcpHigh(cpu);
    return null;
  }

  private @Nullable String afterStep(int step) {
    List<String> broken = machine.invariants();
    if (!broken.isEmpty()) {
      return broken.toString();
    }
    String wrong = sweep.counts();
    return wrong == null && step % STEPS_BETWEEN_SWEEPS == 0 ? sweep.frames() : wrong;
  }

  private @Nullable String giveAllBack() {
    String wrong = sweep.frames();
    for (HeldBlocks.Block block : held.all()) {
      while (wrong == null && block.references > 0) {
        wrong = free(machine.cpu(0), block);
      }
    }
    allocator.drainAllPages();
    return wrong == null ? sweep.allMerged() : "at the end: " + wrong;
  }
}
