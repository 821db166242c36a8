package dev.quarry.reclaim.compact;

import static dev.quarry.reclaim.compact.FragmentedMachine.PAGE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.quarry.kernel.Machine;
import dev.quarry.kernel.Process;
import dev.quarry.kernel.SystemCalls;
import dev.quarry.machine.Cpu;
import dev.quarry.physical.Gfp;
import dev.quarry.physical.Pfn;
import dev.quarry.physical.Shrink;
import dev.quarry.physical.VmEvent;
import dev.quarry.reclaim.MemorySwap;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Seeded random steps of processes that write, give back, fork, map files and lock, of the kernel
 * that takes blocks, and of compaction, against a model of what every page holds.
 */
class RandomCompactionTest {
  private static final int PROCESSES = 4;
  private static final int PAGES = 1500;
  private static final long AT = 0x2000_0000L;
  private static final int STEPS = 4_000;
  private static final int DONTNEED = 4;
  private static final int PAGEOUT = 21;
  private static final String HUGE =
      "transparent_hugepage always\ntransparent_hugepage_defrag always";

  private record Step(int kind, int who, int page, long value) {}

  private static List<Step> steps(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    List<Step> steps = new ArrayList<>();
    for (int i = 0; i < STEPS; i++) {
      steps.add(
          new Step(
              random.nextInt(100),
              random.nextInt(PROCESSES),
              random.nextInt(PAGES),
              random.nextLong()));
    }
    return steps;
  }

  /** A machine while it runs. */
  private static final class Run {
    final Machine machine;
    final Cpu cpu;
    final Process[] processes = new Process[PROCESSES];
    final long[][] expected = new long[PROCESSES][PAGES];
    final List<int[]> held = new ArrayList<>();

    Run(boolean huge) {
      machine = huge ? FragmentedMachine.boot(HUGE) : FragmentedMachine.boot();
      cpu = machine.cpu(0);
      machine.reclaim().swapOnOff().on("swap", MemorySwap.of(8192), 0);
      for (int i = 0; i < PROCESSES; i++) {
        processes[i] = Objects.requireNonNull(machine.processes().spawn(cpu));
        calls(i).mmap(AT, PAGES * PAGE, 3, 2 | 0x20 | 0x10, -1, 0);
        processes[i].limits().memlock(1 << 22);
      }
    }

    SystemCalls calls(int who) {
      return new SystemCalls(cpu, processes[who]);
    }

    /** What went wrong, or an empty text. */
    String step(Step step, boolean check) {
      int kind = step.kind;
      long at = AT + step.page * PAGE;
      int many = Math.min(64, PAGES - step.page);
      if (kind < 50) {
        for (int i = step.page; i < step.page + many; i++) {
          expected[step.who][i] = step.value + i;
          processes[step.who].store(cpu, AT + i * PAGE, 8, step.value + i);
        }
      } else if (kind < 70) {
        for (int i = step.page; i < step.page + many; i += 2) {
          if (calls(step.who).madvise(AT + i * PAGE, PAGE, DONTNEED) == 0) { // not if it is locked
            expected[step.who][i] = 0;
          }
        }
      } else if (kind < 75) {
        calls(step.who).madvise(at, many * PAGE, PAGEOUT);
      } else if (kind < 78) {
        calls(step.who).mlock(at, Math.min(16, many) * PAGE);
      } else if (kind < 80) {
        calls(step.who).munlock(at, many * PAGE);
      } else if (kind < 82) {
        fork(step.who, (step.who + 1 + step.page % (PROCESSES - 1)) % PROCESSES);
      } else if (kind < 90) {
        take((int) (step.value & 7), (step.value & 8) != 0);
      } else if (kind < 95) {
        giveBack(step.page);
      } else if (kind < 99) {
        machine.reclaim().compaction().compactMemory(cpu);
      } else {
        machine.reclaim().compaction().proactive(cpu);
      }
      return check ? finding(step.who) : "";
    }

    private void fork(int who, int from) {
      machine.processes().exit(cpu, processes[who]);
      processes[who] = Objects.requireNonNull(machine.processes().fork(cpu, processes[from]));
      processes[who].limits().memlock(1 << 22);
      expected[who] = expected[from].clone();
    }

    private void take(int order, boolean movable) {
      int gfp = (movable ? Gfp.GFP_HIGHUSER_MOVABLE : Gfp.GFP_KERNEL) | Gfp.NOWARN;
      int pfn = machine.allocator().allocPages(cpu, gfp | Gfp.RETRY_MAYFAIL, order);
      if (pfn != Pfn.NONE) {
        held.add(new int[] {pfn, order});
      }
    }

    private void giveBack(int which) {
      if (!held.isEmpty()) {
        int[] block = held.remove(which % held.size());
        machine.allocator().freePages(cpu, block[0], block[1]);
      }
    }

    private String finding(int who) {
      List<String> findings = machine.invariants();
      if (!findings.isEmpty()) {
        return findings.toString();
      }
      for (int i = 0; i < PAGES; i++) {
        long value = processes[who].load(cpu, AT + i * PAGE, 8);
        if (value != expected[who][i]) {
          return "process " + who + " page " + i + ": " + value + ", not " + expected[who][i];
        }
      }
      return "";
    }
  }

  /** The first finding of a run, or an empty text. */
  private static String run(List<Step> steps, boolean huge, long[] moved) {
    Run run = new Run(huge);
    try {
      for (int i = 0; i < steps.size(); i++) {
        String finding = run.step(steps.get(i), i % 100 == 99 || i == steps.size() - 1);
        if (!finding.isEmpty()) {
          return "step " + i + ": " + finding;
        }
      }
      moved[0] = run.machine.memory().events().sum(VmEvent.PGMIGRATE_SUCCESS);
      return "";
    } catch (RuntimeException | AssertionError e) {
      return e.toString();
    } finally {
      run.machine.close();
    }
  }

  @ParameterizedTest
  @CsvSource({"1, false", "2, true"})
  void everyPageHoldsWhatWasWritten(long seed, boolean huge) {
    List<Step> steps = steps(seed);
    long[] moved = {0};
    String finding = run(steps, huge, moved);
    if (!finding.isEmpty()) {
      List<Step> fewer = Shrink.shrink(steps, less -> !run(less, huge, moved).isEmpty());
      throw new AssertionError(
          "seed " + seed + ": " + finding + "; " + fewer.size() + " steps suffice: " + fewer);
    }
    assertThat(moved[0]).as("seed %d", seed).isGreaterThan(2_000);
  }
}
