package dev.quarry.reclaim;

import static dev.quarry.reclaim.SmallMachine.AT;
import static dev.quarry.reclaim.SmallMachine.PAGE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.quarry.kernel.Machine;
import dev.quarry.kernel.Process;
import dev.quarry.kernel.SystemCalls;
import dev.quarry.machine.Cpu;
import dev.quarry.physical.Node;
import dev.quarry.virtual.space.Advice;
import java.util.Objects;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** MADV_FREE of pages that are in swap, too, and that others have. */
class LazyFreeTest {
  private static final int PAGES = 300;

  private static long advise(Machine machine, Process process, Advice advice) {
    return new SystemCalls(machine.cpu(0), process).madvise(AT, PAGES * PAGE, advice.number());
  }

  /**
   * Both read a page from swap: it is clean then, and in memory once. One gives it up, and memory
   * runs out: the other one reads what was stored.
   */
  @ParameterizedTest
  @ValueSource(strings = {"lru classic", "lru mglru"})
  void whatAChildNeedsStays(String lru) {
    try (Machine machine = SmallMachine.boot(lru)) {
      Cpu cpu = machine.cpu(0);
      machine.reclaim().swapOnOff().on("swap", MemorySwap.of(16384), 0);
      Process parent = SmallMachine.process(machine, PAGES);
      SmallMachine.fill(machine, parent, PAGES);
      assertThat(advise(machine, parent, Advice.PAGEOUT)).isZero();
      Process child = Objects.requireNonNull(machine.processes().fork(cpu, parent));
      for (int i = 0; i < PAGES; i++) {
        assertThat(parent.load(cpu, AT + i * PAGE, 8)).isEqualTo(SmallMachine.value(i));
        assertThat(child.load(cpu, AT + i * PAGE, 8)).isEqualTo(SmallMachine.value(i));
      }
      assertThat(advise(machine, parent, Advice.FREE)).isZero();
      Process greedy = SmallMachine.process(machine, 6000);
      SmallMachine.fill(machine, greedy, 6000);
      assertThat(machine.invariants()).isEmpty();
      for (int i = 0; i < PAGES; i++) {
        assertThat(child.load(cpu, AT + i * PAGE, 8)).isEqualTo(SmallMachine.value(i));
        assertThat(parent.load(cpu, AT + i * PAGE, 8)).isIn(0L, SmallMachine.value(i));
      }
      nothingIsLeft(machine, parent, child, greedy);
    }
  }

  /** Of one's own page in swap and in memory both go, or neither. */
  @ParameterizedTest
  @ValueSource(strings = {"lru classic", "lru mglru"})
  void aPageInSwapGoesThereToo(String lru) {
    try (Machine machine = SmallMachine.boot(lru)) {
      Cpu cpu = machine.cpu(0);
      machine.reclaim().swapOnOff().on("swap", MemorySwap.of(16384), 0);
      Process process = SmallMachine.process(machine, PAGES);
      SmallMachine.fill(machine, process, PAGES);
      assertThat(advise(machine, process, Advice.PAGEOUT)).isZero();
      for (int i = 0; i < PAGES; i++) {
        assertThat(process.load(cpu, AT + i * PAGE, 8)).isEqualTo(SmallMachine.value(i));
      }
      assertThat(advise(machine, process, Advice.FREE)).isZero();
      assertThat(machine.invariants()).isEmpty();
      for (int i = 0; i < PAGES; i += 2) {
        process.store(cpu, AT + i * PAGE, 8, i);
      }
      assertThat(advise(machine, process, Advice.PAGEOUT)).isZero();
      for (int i = 0; i < PAGES; i++) {
        assertThat(process.load(cpu, AT + i * PAGE, 8))
            .as("page %d", i)
            .isEqualTo(i % 2 == 0 ? i : 0);
      }
      nothingIsLeft(machine, process);
    }
  }

  private static void nothingIsLeft(Machine machine, Process... processes) {
    for (Process process : processes) {
      machine.processes().exit(machine.cpu(0), process);
    }
    machine.reclaim().drainAll();
    assertThat(machine.invariants()).isEmpty();
    assertThat(machine.reclaim().swap().areas().freePages()).isEqualTo(16383);
    for (Node node : machine.memory().nodes()) {
      assertThat(node.stat(LruList.INACTIVE_ANON.nodeStat())).isZero();
      assertThat(node.stat(LruList.ACTIVE_ANON.nodeStat())).isZero();
    }
  }
}
