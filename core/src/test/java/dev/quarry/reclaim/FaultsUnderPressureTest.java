package dev.quarry.reclaim;

import static dev.quarry.reclaim.SmallMachine.PAGE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.quarry.kernel.FileCalls;
import dev.quarry.kernel.Machine;
import dev.quarry.kernel.Process;
import dev.quarry.kernel.SystemCalls;
import dev.quarry.machine.Cpu;
import dev.quarry.machine.FaultInjection;
import dev.quarry.machine.FaultSite;
import dev.quarry.virtual.fault.FaultLeaf;
import dev.quarry.virtual.fault.UserFaultException;
import dev.quarry.virtual.space.Errno;
import dev.quarry.virtual.space.MapFlags;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Processes that want more than there is: private memory, a mapped file, shared memory, a child, a
 * group with a limit, huge blocks that need compaction, write-back. One request for pages or
 * objects, one read or write, one slot in swap fails: what was stored is loaded again, whoever did
 * not get what he asked for is told, and gets it when he asks again. {@code -Dquarry.faults=all}
 * lets each fail once.
 */
class FaultsUnderPressureTest {
  private static final long SEED = Long.getLong("quarry.seed", 20_260_101);
  private static final boolean ALL = "all".equals(System.getProperty("quarry.faults"));
  private static final int TRIES = 2;
  private static final int STEPS = 150;
  private static final int FILE_PAGES = 700;

  /** Pages of private memory, of a shared file, of shared memory. */
  private static final int[] PAGES = {3000, FILE_PAGES, 700};

  private static final long[] AT = {0x1000_0000L, 0x4000_0000L, 0x7000_0000L};

  @TempDir Path folder;

  @Test
  void oneCallOfEachSiteFails() throws IOException {
    long[] calls = play(null, FaultInjection.NEVER);
    SplittableRandom random = new SplittableRandom(SEED);
    int told = 0;
    for (FaultSite site : FaultSite.values()) {
      long most = calls[site.ordinal()];
      assertThat(most).as("calls of %s", site).isGreaterThan(5);
      for (long n = 1; n <= (ALL ? most : TRIES); n++) {
        long call = ALL ? n : 1 + random.nextLong(most);
        try {
          told += (int) play(site, call)[FaultSite.values().length];
        } catch (RuntimeException | AssertionError e) {
          throw new AssertionError("call " + call + " of " + most + " of " + site, e);
        }
      }
    }
    assertThat(told).as("failures that somebody was told of").isGreaterThan(2);
  }

  /** Calls of each site, and how many failures processes were told of. */
  private long[] play(@Nullable FaultSite failing, long call) throws IOException {
    Path path = folder.resolve("file");
    Files.write(path, new byte[FILE_PAGES * (int) PAGE]);
    try (Machine machine = SmallMachine.boot()) {
      machine.reclaim().oom().settings().enabled(false); // who gets no memory is told
      Scene scene = new Scene(machine, path);
      FaultInjection faults = machine.memory().faults();
      List<FaultSite> sites = failing == null ? List.of(FaultSite.values()) : List.of(failing);
      sites.forEach(site -> faults.arm(site, call, 1));
      SplittableRandom random = new SplittableRandom(SEED);
      for (int step = 0; step < STEPS; step++) {
        scene.step(random);
      }
      long[] calls = new long[FaultSite.values().length + 1];
      for (FaultSite site : sites) {
        calls[site.ordinal()] = faults.calls(site);
        faults.disarm(site);
      }
      calls[calls.length - 1] = scene.refused;
      assertThat(scene.refused).isLessThanOrEqualTo(failing == null ? 0 : 2);
      scene.end(path);
      return calls;
    }
  }

  /** The processes, and what their memory must hold. */
  private static final class Scene {
    private final Machine machine;
    private final Cpu cpu;
    private final FileCalls files;
    private final int fd;
    private final List<Process> processes = new ArrayList<>();

    /** Of each process the private memory; that of files is one for all. */
    private final List<Map<Long, Long>> own = new ArrayList<>();

    private final Map<Long, Long> shared = new TreeMap<>();
    private int refused;

    Scene(Machine machine, Path path) throws IOException {
      this.machine = machine;
      this.cpu = machine.cpu(0);
      machine.reclaim().swapOnOff().on("swap", MemorySwap.of(9000), 0);
      machine.reclaim().groups().make("/small").max(900);
      Process first = Objects.requireNonNull(machine.processes().spawn(cpu));
      processes.add(first);
      own.add(new TreeMap<>());
      this.files = new FileCalls(cpu, first);
      this.fd = first.open(machine.processes().pages().caches().open(path, true));
      SystemCalls calls = new SystemCalls(cpu, first);
      int memory = calls.memfdCreate("memory");
      calls.ftruncate(memory, PAGES[2] * PAGE);
      long fixed = MapFlags.MAP_FIXED;
      calls.mmap(AT[0], PAGES[0] * PAGE, 3, 2 | MapFlags.MAP_ANONYMOUS | fixed, -1, 0);
      calls.mmap(AT[1], PAGES[1] * PAGE, 3, 1 | fixed, fd, 0);
      calls.mmap(AT[2], PAGES[2] * PAGE, 3, 1 | fixed, memory, 0);
    }

    void step(SplittableRandom random) {
      int who = random.nextInt(processes.size());
      switch (random.nextInt(12)) {
        case 0 -> told(files.fsync(fd));
        case 1 -> machine.processes().pages().caches().drop(cpu);
        case 2 -> child(random);
        case 3 -> new SystemCalls(cpu, processes.get(who)).madvise(AT[0], PAGES[0] * PAGE, 21);
        case 4 -> machine.reclaim().compaction().compactMemory(cpu);
        case 5 -> write(random);
        default -> accesses(random, who);
      }
    }

    private void told(long result) {
      refused += result < 0 ? 1 : 0;
      assertThat(result).isIn(0L, (long) -Errno.EIO, (long) -Errno.ENOSPC);
    }

    private void child(SplittableRandom random) {
      if (processes.size() < 3) {
        Process child = machine.processes().fork(cpu, processes.getFirst());
        if (child == null) {
          refused++;
          return;
        }
        processes.add(child);
        own.add(new TreeMap<>(own.getFirst()));
        if (random.nextBoolean()) {
          var small = Objects.requireNonNull(machine.reclaim().groups().find("/small"));
          child.mm().task().group(small.id());
        }
      } else {
        int who = 1 + random.nextInt(processes.size() - 1);
        machine.processes().exit(cpu, processes.remove(who));
        own.remove(who);
      }
    }

    /** write(2) from a place in private memory to the same page of the file. */
    private void write(SplittableRandom random) {
      long page = random.nextInt(FILE_PAGES);
      long from = AT[0] + page * PAGE;
      long value = own.getFirst().getOrDefault(from, 0L);
      long done = files.pwrite(fd, from, 8, page * PAGE);
      refused += done < 0 ? 1 : 0;
      assertThat(done).isIn(8L, (long) -Errno.EIO, (long) -Errno.ENOMEM, (long) -Errno.EFAULT);
      if (done == 8) {
        shared.put(AT[1] + page * PAGE, value);
      }
    }

    private void accesses(SplittableRandom random, int who) {
      int kind = random.nextInt(3);
      int from = random.nextInt(PAGES[kind]);
      int count = Math.min(PAGES[kind] - from, 1 + random.nextInt(200));
      boolean store = random.nextBoolean();
      for (int page = from; page < from + count; page++) {
        long at = AT[kind] + page * PAGE;
        try {
          access(who, kind, at, store ? random.nextLong() : 0, store);
        } catch (UserFaultException e) {
          assertThat(e.leaf()).isIn(FaultLeaf.OUT_OF_MEMORY, FaultLeaf.FILE_ERROR);
          refused++;
          access(who, kind, at, 1, store); // it was one call that failed
        }
      }
    }

    private void access(int who, int kind, long at, long value, boolean store) {
      Map<Long, Long> model = kind == 0 ? own.get(who) : shared;
      if (store) {
        processes.get(who).store(cpu, at, 8, value);
        model.put(at, value);
      } else {
        long loaded = processes.get(who).load(cpu, at, 8);
        assertThat(loaded).as("%x of %s", at, who).isEqualTo(model.getOrDefault(at, 0L));
      }
    }

    /** All is there, on the host's disk too; then all goes. */
    void end(Path path) throws IOException {
      assertThat(machine.invariants()).isEmpty();
      for (int who = 0; who < processes.size(); who++) {
        for (int kind = 0; kind < PAGES.length; kind++) {
          for (int page = 0; page < PAGES[kind]; page++) {
            access(who, kind, AT[kind] + page * PAGE, 0, false);
          }
        }
      }
      files.fsync(fd); // tells of a failure that nobody was told of yet
      assertThat(files.fsync(fd)).isZero();
      ByteBuffer disk = ByteBuffer.wrap(Files.readAllBytes(path)).order(ByteOrder.LITTLE_ENDIAN);
      for (int page = 0; page < FILE_PAGES; page++) {
        long value = shared.getOrDefault(AT[1] + page * PAGE, 0L);
        assertThat(disk.getLong(page * (int) PAGE)).as("page %d on disk", page).isEqualTo(value);
      }
      processes.forEach(process -> machine.processes().exit(cpu, process));
      machine.processes().pages().caches().drop(cpu);
      assertThat(machine.invariants()).isEmpty();
      for (SwapArea area : machine.reclaim().swap().areas().all()) {
        assertThat(area.used()).isZero();
      }
      for (String name : List.of("vm_area_struct", "anon_vma", "anon_vma_chain", "buffer_head")) {
        var cache = machine.slab().cache(name).orElseThrow();
        assertThat(cache.statistics().activeObjects()).as(name).isZero();
      }
    }
  }
}
