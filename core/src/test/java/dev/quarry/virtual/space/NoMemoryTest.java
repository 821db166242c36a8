package dev.quarry.virtual.space;

import static dev.quarry.virtual.space.MapFlags.*;
import static org.assertj.core.api.Assertions.assertThat;

import dev.quarry.kernel.Machine;
import dev.quarry.physical.Gfp;
import dev.quarry.physical.Pfn;
import dev.quarry.slab.KmemCache;
import dev.quarry.virtual.PageTableLayout;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.ToLongFunction;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Every allocation below every operation fails once: ENOMEM, and nothing half done. */
class NoMemoryTest {
  private static final int QUIET = Gfp.GFP_KERNEL | Gfp.NOWARN | Gfp.NORETRY;
  private static final List<String> CACHES =
      List.of("vm_area_struct", "anon_vma", "anon_vma_chain", "pages");

  private static final int ENOUGH = 8;

  /** These need frames or tables too. */
  private static final Set<Operation> NEED_PAGES =
      Set.of(Operation.MOVE_FAR, Operation.POPULATE, Operation.GROW_ELSEWHERE);

  /** Operations on {@code AAAAAA|bbbb aaaa|bb}. */
  enum Operation {
    MAP(s -> s.calls.mmap(Space.at(11), 4096, 0, 0x32, -1, 0)),
    MAP_SHARED_MEMORY(s -> s.calls.mmap(Space.at(30), 4096, 3, 0x31, -1, 0)),
    REPLACE(s -> s.calls.mmap(Space.at(1), 8192, 5, 0x32, -1, 0)),
    REPLACE_MANY(s -> s.calls.mmap(Space.at(2), 12 * 4096, 0, 0x32, -1, 0)),
    REPLACE_AND_MERGE(s -> s.calls.mmap(Space.at(5), 2 * 4096, 1, 0x32, -1, 0)),
    UNMAP(s -> s.calls.munmap(Space.at(2), 4096)),
    UNMAP_MANY(s -> s.calls.munmap(Space.at(3), 11 * 4096)),
    PROTECT(s -> s.calls.mprotect(Space.at(2), 4096, 0)),
    PROTECT_AND_MERGE(s -> s.calls.mprotect(Space.at(6), 4 * 4096, 3)),
    MOVE(s -> s.calls.mremap(Space.at(1), 8192, 8192, 3, Space.at(40))),
    MOVE_AND_MERGE(s -> s.calls.mremap(Space.at(12), 4096, 4096, 3, Space.at(10))),
    MOVE_FAR(s -> s.calls.mremap(Space.at(0), 6 * 4096, 6 * 4096, 3, 0x7000_0000_0000L)),
    MOVE_AND_STAY(s -> s.calls.mremap(Space.at(1), 8192, 8192, 7, Space.at(50))),
    GROW(s -> s.calls.mremap(Space.at(6), 4 * 4096, 5 * 4096, 0, 0)),
    GROW_ELSEWHERE(s -> s.calls.mremap(Space.at(0), 6 * 4096, 9 * 4096, 1, 0)),
    ADVISE(s -> s.calls.madvise(Space.at(2), 4096, 10)),
    LOCK_ON_FAULT(s -> s.calls.mlock2(Space.at(7), 4096, 1)),
    POPULATE(s -> s.calls.madvise(Space.at(12), 4096, 23)),
    BRK(s -> s.calls.brk(s.mm.startBrk() + 8192) - s.mm.startBrk() - 8192);

    private final ToLongFunction<Space> call;

    Operation(ToLongFunction<Space> call) {
      this.call = call;
    }
  }

  @ParameterizedTest
  @EnumSource(Operation.class)
  void failsOnceAtEachAllocation(Operation operation) {
    int failures = 0;
    for (String scarce : CACHES) {
      int left = 0;
      while (left < ENOUGH && !play(operation, scarce, left)) {
        left++;
      }
      boolean needsPages = NEED_PAGES.contains(operation) && !scarce.equals("pages");
      assertThat(left < ENOUGH || needsPages).as("%s never succeeds", operation).isTrue();
      failures += left;
    }
    boolean allocates = operation != Operation.GROW && operation != Operation.PROTECT_AND_MERGE;
    assertThat(failures > 0).as("%s failed %d times", operation, failures).isEqualTo(allocates);
  }

  /** Plays with so many objects of one kind left; whether it succeeded. */
  private static boolean play(Operation operation, String scarce, int left) {
    try (Machine machine = SpaceMachines.of(PageTableLayout.X86_64)) {
      machine.reclaim().oom().settings().enabled(false); // the request is to fail
      Space space = new Space(machine);
      space.map(0, "AAAAAAbbbb  aaaabb");
      Map<Long, String> before = pages(space);
      Hoard hoard = new Hoard(space);
      hoard.take();
      for (String cache : CACHES) {
        boolean isPages = cache.equals("pages"); // with a page, a cache would have objects
        hoard.leave(cache, cache.equals(scarce) ? left : isPages ? 0 : ENOUGH);
      }
      long result = operation.call.applyAsLong(space);
      String what = operation + ", " + left + " of " + scarce + ": " + Errno.text(result);
      assertThat(space.findings()).as(what).isEmpty();
      boolean failed = Errno.isError(result) || (operation == Operation.BRK && result != 0);
      if (failed && operation != Operation.BRK) {
        assertThat(Errno.text(result)).as(what).isIn("ENOMEM", "EAGAIN");
      }
      if (failed) {
        assertThat(pages(space)).as(what).isEqualTo(before);
      }
      hoard.giveBack();
      machine.processes().exit(space.cpu, space.process);
      assertThat(machine.invariants()).as(what).isEmpty();
      for (String cache : CACHES.subList(0, 3)) {
        long object = hoard.cache(cache).alloc(space.cpu, QUIET);
        assertThat(object).as(what).isNotEqualTo(KmemCache.NULL);
      }
      return !failed;
    }
  }

  /** What a process sees of each page: protection, file, and the entry in the tables. */
  private static Map<Long, String> pages(Space space) {
    Map<Long, String> all = new TreeMap<>();
    for (Space.Area area : space.areas()) {
      for (long at = area.start(); at < area.end(); at += 4096) {
        long seen = area.flags() & ~VmFlags.SOFTDIRTY;
        all.put(at, seen + " " + area.file() + " " + space.mm.tables().leaf(at));
      }
    }
    all.put(-1L, "" + space.mm.totalVm() + " " + space.mm.spaces().commitment().committedPages());
    return all;
  }

  /** Takes all memory, and gives objects back one by one. */
  private static final class Hoard {
    private final Space space;
    private final Map<String, ArrayDeque<Long>> held = new HashMap<>();

    Hoard(Space space) {
      this.space = space;
    }

    KmemCache cache(String name) {
      return space.machine.slab().cache(name).orElseThrow();
    }

    void take() {
      ArrayDeque<Long> frames = new ArrayDeque<>();
      held.put("pages", frames);
      for (int order = 10; order >= 0; order--) {
        int pfn = space.machine.allocator().allocPages(space.cpu, QUIET, order);
        while (pfn != Pfn.NONE) {
          frames.push((long) order << 32 | pfn);
          pfn = space.machine.allocator().allocPages(space.cpu, QUIET, order);
        }
      }
      for (String name : CACHES.subList(0, 3)) {
        ArrayDeque<Long> objects = new ArrayDeque<>();
        held.put(name, objects);
        long object = cache(name).alloc(space.cpu, QUIET);
        while (object != KmemCache.NULL) {
          objects.push(object);
          object = cache(name).alloc(space.cpu, QUIET);
        }
      }
    }

    void leave(String name, int count) {
      List<Long> back = new ArrayList<>();
      for (int i = 0; i < count && !held.get(name).isEmpty(); i++) {
        back.add(held.get(name).pollFirst());
      }
      back.forEach(object -> free(name, object));
    }

    private void free(String name, long object) {
      if (name.equals("pages")) {
        space.machine.allocator().freePages(space.cpu, (int) object, (int) (object >>> 32));
      } else {
        cache(name).free(space.cpu, object);
      }
    }

    void giveBack() {
      for (String name : List.of("vm_area_struct", "anon_vma", "anon_vma_chain", "pages")) {
        held.get(name).forEach(object -> free(name, object));
      }
    }
  }
}
