package dev.quarry.virtual.fault;

import static dev.quarry.virtual.space.MapFlags.*;
import static org.assertj.core.api.Assertions.assertThat;

import dev.quarry.kernel.Machine;
import dev.quarry.kernel.Process;
import dev.quarry.kernel.SystemCalls;
import dev.quarry.machine.Cpu;
import dev.quarry.physical.Gfp;
import dev.quarry.physical.NodeStat;
import dev.quarry.physical.Pfn;
import dev.quarry.physical.Zone;
import dev.quarry.slab.KmemCache;
import dev.quarry.virtual.PageTableLayout;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Every allocation below fork and below each kind of fault fails once: nothing is lost. */
class NoMemoryForFaultsTest {
  private static final int QUIET = Gfp.GFP_HIGHUSER_MOVABLE | Gfp.NOWARN | Gfp.NORETRY;

  private static final List<String> CACHES =
      List.of("mm_struct", "vm_area_struct", "anon_vma", "anon_vma_chain");
  private static final long PAGE = 4096;
  private static final long MEMORY = 0x1000_0000L;
  private static final long FILE = 0x3000_0000L;
  private static final long SHARED = 0x5000_0000L;
  private static final long FRESH = 0x7000_0000L;
  private static final int ENOUGH = 30;

  @TempDir Path folder;

  /** What is done on the scene; false: there was no memory for it. */
  private enum Deed {
    DEMAND_ZERO {
      @Override
      boolean isDone(Scene scene) {
        return scene.stores(scene.process, FRESH);
      }
    },
    ZERO_PAGE {
      @Override
      boolean isDone(Scene scene) {
        return scene.loads(FRESH);
      }
    },
    FILE_READ {
      @Override
      boolean isDone(Scene scene) {
        return scene.loads(FILE + 2 * PAGE);
      }
    },
    FILE_SHARED_WRITE {
      @Override
      boolean isDone(Scene scene) {
        return scene.stores(scene.process, FILE + 3 * PAGE);
      }
    },
    PRIVATE_WRITE {
      @Override
      boolean isDone(Scene scene) {
        return scene.stores(scene.process, SHARED);
      }
    },
    FORK {
      @Override
      boolean isDone(Scene scene) {
        return scene.machine.processes().fork(scene.cpu, scene.process) != null;
      }
    },
    COPY_ON_WRITE {
      @Override
      boolean isDone(Scene scene) {
        Process child = scene.machine.processes().all().getLast();
        return scene.stores(child, MEMORY);
      }
    };

    abstract boolean isDone(Scene scene);
  }

  @ParameterizedTest
  @EnumSource
  void everyAllocationFailsOnce(Deed deed) throws IOException {
    int failures = 0;
    for (int objects : new int[] {0, 1, 2, 4}) {
      int left = 0;
      while (left < ENOUGH && !play(deed, objects, left)) {
        left++;
      }
      assertThat(left).as("%s never succeeds", deed).isLessThan(ENOUGH);
      failures += left;
    }
    assertThat(failures).isGreaterThanOrEqualTo(deed == Deed.FORK ? 8 : 1);
  }

  private boolean play(Deed deed, int objects, int left) throws IOException {
    Path path = folder.resolve("file");
    Files.write(path, new byte[8 * 4096]);
    try (Machine machine =
        FaultMachines.of(
            PageTableLayout.X86_64,
            "percpu no",
            "sysctl vm.lowmem_reserve_ratio=0,0,0",
            "sysctl vm.watermark_boost_factor=0")) {
      machine.reclaim().oom().settings().enabled(false); // the request is to fail
      Scene scene = new Scene(machine, path);
      if (deed == Deed.COPY_ON_WRITE) {
        machine.processes().fork(scene.cpu, scene.process);
      }
      Hoard hoard = new Hoard(machine, objects, left);
      String what = deed + ", " + left + " pages, " + objects + " objects";
      boolean done = deed.isDone(scene);
      assertThat(machine.invariants()).as(what).isEmpty();
      hoard.giveBack();
      assertThat(done || deed.isDone(scene)).as("%s, then enough", what).isTrue();
      assertThat(scene.process.load(scene.cpu, MEMORY, 1)).as(what).isEqualTo(11);
      assertThat(machine.invariants()).as(what).isEmpty();
      scene.end(what);
      return done;
    }
  }

  /** A process with memory of its own, a shared file and a private one. */
  private static final class Scene {
    final Machine machine;
    final Cpu cpu;
    final Process process;
    private final long free;

    Scene(Machine machine, Path path) throws IOException {
      this.machine = machine;
      this.cpu = machine.cpu(0);
      Process before = machine.processes().spawn(cpu); // each cache has its slab from now on
      before.store(cpu, before.mm().startStack(), 1, 1);
      machine.processes().exit(cpu, before);
      this.free = freePages();
      this.process = machine.processes().spawn(cpu);
      SystemCalls calls = new SystemCalls(cpu, process);
      long anon = MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED;
      calls.mmap(MEMORY, 4 * PAGE, 3, anon, -1, 0);
      calls.mmap(FRESH, 4 * PAGE, 3, anon, -1, 0);
      int fd = process.open(machine.processes().pages().caches().open(path, true));
      calls.mmap(FILE, 8 * PAGE, 3, MAP_SHARED | MAP_FIXED, fd, 0);
      calls.mmap(SHARED, 8 * PAGE, 3, MAP_PRIVATE | MAP_FIXED, fd, 0);
      process.close(cpu, fd);
      process.store(cpu, MEMORY, 1, 11);
    }

    /** Pages that are free, or a cache's: caches keep empty slabs as they like. */
    private long freePages() {
      long slabs =
          machine.memory().nodes().stream()
              .mapToLong(node ->
                  node.stat(NodeStat.NR_SLAB_UNRECLAIMABLE)
                      + node.stat(NodeStat.NR_SLAB_RECLAIMABLE))
              .sum();
      return slabs + machine.memory().zones().stream().mapToLong(Zone::freePages).sum();
    }

    boolean stores(Process who, long address) {
      try {
        who.store(cpu, address, 1, 22);
        return true;
      } catch (UserFaultException e) {
        assertThat(e.leaf()).isEqualTo(FaultLeaf.OUT_OF_MEMORY);
        return false;
      }
    }

    boolean loads(long address) {
      try {
        process.load(cpu, address, 1);
        return true;
      } catch (UserFaultException e) {
        assertThat(e.leaf()).isEqualTo(FaultLeaf.OUT_OF_MEMORY);
        return false;
      }
    }

    /** All that was there before the processes is there again after them. */
    void end(String what) {
      machine.processes().all().forEach(one -> machine.processes().exit(cpu, one));
      machine.processes().pages().caches().flusher().sync(cpu);
      machine.processes().pages().caches().drop(cpu);
      assertThat(machine.invariants()).as(what).isEmpty();
      assertThat(freePages()).as(what).isEqualTo(free);
    }
  }

  /** Holds all memory but a few objects of each cache and a few pages. */
  private static final class Hoard {
    private final Machine machine;
    private final Cpu cpu;
    private final Map<String, Deque<Long>> objects = new TreeMap<>();
    private final Deque<Integer> pages = new ArrayDeque<>();

    Hoard(Machine machine, int objectsLeft, int pagesLeft) {
      this.machine = machine;
      this.cpu = machine.cpu(0);
      for (int pfn = page(); pfn != Pfn.NONE; pfn = page()) {
        pages.add(pfn);
      }
      for (String name : CACHES) {
        Deque<Long> held = new ArrayDeque<>();
        for (long o = alloc(name); o != KmemCache.NULL; o = alloc(name)) {
          held.add(o);
        }
        for (int i = Math.min(held.size(), objectsLeft); i > 0; i--) {
          cache(name).free(cpu, held.removeLast());
        }
        objects.put(name, held);
      }
      for (int i = 0; i < pagesLeft; i++) {
        machine.allocator().freePage(cpu, pages.removeLast());
      }
    }

    private int page() {
      int movable = machine.allocator().allocPage(cpu, QUIET);
      int kernel = Gfp.GFP_KERNEL | Gfp.NOWARN | Gfp.NORETRY;
      return movable != Pfn.NONE ? movable : machine.allocator().allocPage(cpu, kernel);
    }

    private long alloc(String name) {
      return cache(name).alloc(cpu, Gfp.GFP_KERNEL | Gfp.NOWARN | Gfp.NORETRY);
    }

    private KmemCache cache(String name) {
      return machine.slab().cache(name).orElseThrow();
    }

    void giveBack() {
      pages.forEach(pfn -> machine.allocator().freePage(cpu, pfn));
      objects.forEach((name, held) -> held.forEach(o -> cache(name).free(cpu, o)));
    }
  }
}
