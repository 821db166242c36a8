package dev.quarry.virtual.fault;

import static dev.quarry.virtual.fault.HugeScene.AT;
import static dev.quarry.virtual.fault.HugeScene.HUGE;
import static dev.quarry.virtual.fault.HugeScene.PAGE;
import static dev.quarry.virtual.fault.HugeScene.at;
import static org.assertj.core.api.Assertions.assertThat;

import dev.quarry.kernel.Process;
import dev.quarry.physical.Gfp;
import dev.quarry.physical.Pfn;
import dev.quarry.virtual.space.Advice;
import java.util.ArrayDeque;
import java.util.Deque;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What huge pages need (blocks of order 9, tables to deposit, tables on the way, single pages
 * instead) is there only in part: each deed fails cleanly or is done in another way.
 */
class NoMemoryForHugePagesTest {
  private static final int QUIET = Gfp.NOWARN | Gfp.NORETRY;
  private static final int ENOUGH = 40;
  private static final long FAR = 0x7000_0000_0000L;

  /** What is done on a scene whose window is "HZ..s"; false: there was no memory for it. */
  private enum Deed {
    WRITE {
      @Override
      boolean isDone(HugeScene scene, Process child) {
        return stores(scene, scene.process, at(2));
      }
    },
    READ {
      @Override
      boolean isDone(HugeScene scene, Process child) {
        return loads(scene, scene.process, at(3));
      }
    },
    WRITE_TO_ZEROS {
      @Override
      boolean isDone(HugeScene scene, Process child) {
        return stores(scene, scene.process, at(1) + PAGE);
      }
    },
    WRITE_TO_SHARED {
      @Override
      boolean isDone(HugeScene scene, Process child) {
        return stores(scene, child, at(0) + PAGE);
      }
    },
    FORK {
      @Override
      boolean isDone(HugeScene scene, Process child) {
        Process other = scene.fork();
        if (other != null) {
          scene.exit(other);
        }
        return other != null;
      }
    },
    MOVE {
      @Override
      boolean isDone(HugeScene scene, Process child) {
        return moves(scene, FAR);
      }
    },
    MOVE_ASKEW {
      @Override
      boolean isDone(HugeScene scene, Process child) {
        return moves(scene, FAR + PAGE);
      }
    },
    COLLAPSE {
      @Override
      boolean isDone(HugeScene scene, Process child) {
        return scene.calls.madvise(at(4), HUGE, Advice.COLLAPSE.number()) == 0;
      }
    },
    PROTECT {
      @Override
      boolean isDone(HugeScene scene, Process child) {
        return scene.calls.mprotect(AT + PAGE, PAGE, 1) == 0;
      }
    };

    abstract boolean isDone(HugeScene scene, Process child);

    private static boolean moves(HugeScene scene, long to) {
      if (scene.calls.mremap(AT, HUGE, HUGE, 3, to) != to) {
        return false;
      }
      assertThat(scene.load(to)).isEqualTo(11);
      while (scene.calls.mremap(to, HUGE, HUGE, 3, AT) != AT) {
        scene.machine.allocator().freePage(scene.cpu, scene.reserve.remove());
      }
      return true;
    }

    private static boolean stores(HugeScene scene, Process who, long address) {
      try {
        who.store(scene.cpu, address, 8, 22);
        return true;
      } catch (UserFaultException e) {
        assertThat(e.leaf()).isEqualTo(FaultLeaf.OUT_OF_MEMORY);
        return false;
      }
    }

    private static boolean loads(HugeScene scene, Process who, long address) {
      try {
        assertThat(who.load(scene.cpu, address, 8)).isZero();
        return true;
      } catch (UserFaultException e) {
        assertThat(e.leaf()).isEqualTo(FaultLeaf.OUT_OF_MEMORY);
        return false;
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void everyAllocationFailsOnce(Deed deed) {
    int failures = 0;
    for (int blocks = 0; blocks < 2; blocks++) {
      int left = 0;
      while (left < ENOUGH && !play(deed, blocks, left)) {
        left++;
      }
      failures += left;
    }
    assertThat(failures)
        .as("deeds that failed")
        .isGreaterThanOrEqualTo(deed == Deed.PROTECT ? 0 : 1);
  }

  private static boolean play(Deed deed, int blocks, int left) {
    try (HugeScene scene = new HugeScene("always", "percpu no")) {
      scene.machine.reclaim().oom().settings().enabled(false); // the request is to fail
      scene.map(5);
      scene.store(at(0), 11);
      scene.load(at(1));
      scene.calls.madvise(at(4), HUGE, Advice.NOHUGEPAGE.number());
      scene.store(at(4), 33);
      scene.calls.madvise(at(4), HUGE, Advice.HUGEPAGE.number());
      Process child = deed == Deed.WRITE_TO_SHARED ? scene.fork() : scene.process;
      Deque<Integer> large = hoard(scene, 9);
      Deque<Integer> small = hoard(scene, 0);
      scene.reserve = small;
      for (int i = 0; i < blocks; i++) {
        scene.machine.allocator().freePages(scene.cpu, large.remove(), 9);
      }
      for (int i = 0; i < left; i++) {
        scene.machine.allocator().freePage(scene.cpu, small.remove());
      }
      String what = deed + ", " + blocks + " blocks, " + left + " pages";
      boolean done = deed.isDone(scene, child);
      assertThat(scene.machine.invariants()).as(what).isEmpty();
      large.forEach(pfn -> scene.machine.allocator().freePages(scene.cpu, pfn, 9));
      small.forEach(pfn -> scene.machine.allocator().freePage(scene.cpu, pfn));
      assertThat(done || deed.isDone(scene, child)).as("%s, then enough", what).isTrue();
      assertThat(scene.load(AT)).as(what).isEqualTo(11);
      assertThat(scene.load(at(4))).as(what).isEqualTo(33);
      assertThat(scene.machine.invariants()).as(what).isEmpty();
      return done;
    }
  }

  /** All blocks of an order that kernel and processes may have. */
  private static Deque<Integer> hoard(HugeScene scene, int order) {
    Deque<Integer> held = new ArrayDeque<>();
    for (int gfp : new int[] {Gfp.GFP_HIGHUSER_MOVABLE | QUIET, Gfp.GFP_KERNEL | QUIET}) {
      for (int pfn = 0; pfn != Pfn.NONE; ) {
        pfn = scene.machine.allocator().allocPages(scene.cpu, gfp, order);
        if (pfn != Pfn.NONE) {
          held.add(pfn);
        }
      }
    }
    return held;
  }
}
