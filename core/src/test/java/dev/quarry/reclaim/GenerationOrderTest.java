package dev.quarry.reclaim;

import static dev.quarry.reclaim.SmallMachine.AT;
import static dev.quarry.reclaim.SmallMachine.PAGE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.quarry.kernel.FileCalls;
import dev.quarry.kernel.Machine;
import dev.quarry.kernel.Process;
import dev.quarry.kernel.SystemCalls;
import dev.quarry.machine.Cpu;
import dev.quarry.physical.FreeList;
import dev.quarry.physical.Gfp;
import dev.quarry.physical.Pfn;
import dev.quarry.virtual.space.MapFlags;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Multi-generation LRU against {@link GenerationModel}: after every step each generation of each
 * kind has the same pages in the same order. What goes, what is protected, and what a walk promotes
 * follows from that.
 */
class GenerationOrderTest {
  private static final int PAGES = 160;
  private static final int STEPS = 25_000;
  private static final long BUFFER = AT - 16 * PAGE;
  private static final long PRIVATE =
      MapFlags.MAP_PRIVATE | MapFlags.MAP_ANONYMOUS | MapFlags.MAP_FIXED;
  private static final int[] SWAPPINESS = {60, 60, 60, 1, 100, 180, 200};

  @TempDir Path folder;

  /** All that it has so far is locked, so that the lists have nothing but what it uses. */
  private static Process process(Machine machine) {
    Cpu cpu = machine.cpu(0);
    Process process = Objects.requireNonNull(machine.processes().spawn(cpu));
    SystemCalls calls = new SystemCalls(cpu, process);
    assertThat(calls.mmap(BUFFER, PAGE, 3, PRIVATE, -1, 0)).isEqualTo(BUFFER);
    assertThat(calls.mlockall(MapFlags.MCL_CURRENT)).isZero();
    assertThat(calls.mmap(AT, PAGES * PAGE, 3, PRIVATE, -1, 0)).isEqualTo(AT);
    return process;
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void eachGenerationHasThePagesOfTheModel(long seed) throws IOException {
    SplittableRandom random = new SplittableRandom(seed);
    GenerationModel model = new GenerationModel(PAGES);
    Path path = Files.write(folder.resolve("file"), new byte[(int) (PAGES * PAGE)]);
    try (Machine machine = SmallMachine.boot("lru mglru")) {
      machine.tlbs(null); // a hit in a TLB marks nothing
      Cpu cpu = machine.cpu(0);
      Reclaim reclaim = machine.reclaim();
      reclaim.settings().pageCluster(0);
      reclaim.swapOnOff().on("swap", MemorySwap.of(1024), 0);
      Process process = process(machine);
      int fd = process.open(machine.processes().pages().caches().open(path, false));
      FileCalls files = new FileCalls(cpu, process);
      assertThat(files.fadvise(fd, 0, 0, FileCalls.FADV_RANDOM)).isZero();
      Lruvec lruvec = reclaim.lruvecs().getFirst();
      Generations generations = Objects.requireNonNull(lruvec.generations());
      for (int step = 0; step < STEPS; step++) {
        int number = random.nextInt(random.nextBoolean() ? PAGES : PAGES / 4);
        int kind = random.nextInt(100);
        if (kind < 1) {
          reclaim.aged().begin(lruvec, generations.maxSeq(), 60);
          model.age();
        } else if (kind < 4) {
          int swappiness = SWAPPINESS[random.nextInt(SWAPPINESS.length)];
          int wanted = 1 + random.nextInt(80);
          ScanControl scan = new ScanControl(cpu, Gfp.GFP_KERNEL, false, reclaim.scope());
          scan.highestZone = 2;
          reclaim.aged().evict(lruvec, scan, swappiness, wanted);
          model.evict(swappiness, wanted);
        } else if (kind < 40) {
          process.store(cpu, AT + number * PAGE, 8, step);
          reclaim.drainAll();
          model.store(number);
        } else {
          assertThat(files.pread(fd, BUFFER, PAGE, number * PAGE)).isEqualTo(PAGE);
          reclaim.drainAll();
          model.read(number);
        }
        compare(machine, generations, model, "seed " + seed + " step " + step);
      }
      assertThat(machine.invariants()).isEmpty();
      assertThat(model.promotions).isGreaterThan(100);
      assertThat(model.returns).isGreaterThan(100);
      assertThat(Arrays.stream(model.protections)).allMatch(count -> count > 10);
    }
  }

  private static void compare(
      Machine machine, Generations generations, GenerationModel model, String where) {
    assertThat(generations.maxSeq()).as(where).isEqualTo(model.max);
    for (int type = GenerationModel.ANON; type <= GenerationModel.FILE; type++) {
      assertThat(generations.minSeq(type)).as(where).isEqualTo(model.min[type]);
      for (long seq = model.min[type]; seq <= model.max; seq++) {
        List<Integer> order = order(machine, generations.list(seq, type), type);
        List<Integer> expected = model.order(type, seq);
        if (!order.equals(expected)) {
          assertThat(order).as("%s: type %d, generation %d", where, type, seq).isEqualTo(expected);
        }
      }
    }
  }

  private static List<Integer> order(Machine machine, FreeList list, int type) {
    long first = type == GenerationModel.ANON ? AT / PAGE : 0;
    List<Integer> numbers = new ArrayList<>();
    var map = machine.memory().map();
    for (int pfn = list.first(); pfn != Pfn.NONE; pfn = list.after(pfn)) {
      numbers.add((int) (map.index(pfn) - first));
    }
    return numbers;
  }
}
