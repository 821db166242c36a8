package dev.quarry.reclaim;

import static dev.quarry.reclaim.SmallMachine.AT;
import static dev.quarry.reclaim.SmallMachine.PAGE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.quarry.kernel.Machine;
import dev.quarry.kernel.Process;
import dev.quarry.kernel.SystemCalls;
import dev.quarry.machine.Cpu;
import dev.quarry.virtual.fault.FaultLeaf;
import dev.quarry.virtual.fault.UserFaultException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Swap that cannot be written, cannot be read, is full: nothing else is lost. */
class FailingSwapTest {
  private static final int PAGES = 4600;

  @Test
  void anAreaOfTooFewPagesIsRefusedByTheNameThatTheMachineGaveIt() {
    try (Machine machine = SmallMachine.boot()) {
      assertThatThrownBy(() -> machine.reclaim().swapOnOff().onTemporary("small", 4096, 0))
          .isInstanceOf(SwapException.class)
          .hasMessage("small: a swap area has at least 10 pages, not 1");
      assertThat(machine.reclaim().swap().areas().all()).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 31, 32, 33, 100, 400})
  void aWriteThatFails(int number) {
    try (Machine machine = SmallMachine.boot()) {
      MemorySwap store = MemorySwap.of(8192);
      machine.reclaim().swapOnOff().on("swap", store, 0);
      Process process = SmallMachine.process(machine, PAGES);
      store.failWrite(number);
      SmallMachine.fill(machine, process, PAGES);
      assertThat(store.writes()).isGreaterThan(number);
      assertThat(machine.invariants()).isEmpty();
      for (int i = 0; i < PAGES; i++) {
        assertThat(process.load(machine.cpu(0), AT + i * PAGE, 8))
            .as("page %d", i)
            .isEqualTo(SmallMachine.value(i));
      }
      assertThat(machine.invariants()).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 7, 8, 9, 200})
  void aReadThatFailsIsItsReadersAndCanBeTriedAgain(int number) {
    try (Machine machine = SmallMachine.boot()) {
      MemorySwap store = MemorySwap.of(8192);
      machine.reclaim().swapOnOff().on("swap", store, 0);
      Process process = SmallMachine.process(machine, PAGES);
      SmallMachine.fill(machine, process, PAGES);
      store.failRead(number);
      int failed = 0;
      for (int i = 0; i < PAGES; i++) {
        long at = AT + i * PAGE;
        try {
          assertThat(process.load(machine.cpu(0), at, 8)).isEqualTo(SmallMachine.value(i));
        } catch (UserFaultException e) {
          assertThat(e.leaf()).isEqualTo(FaultLeaf.FILE_ERROR);
          failed++;
          assertThat(process.load(machine.cpu(0), at, 8)).isEqualTo(SmallMachine.value(i));
        }
      }
      assertThat(store.reads()).isGreaterThan(number);
      assertThat(failed).isLessThanOrEqualTo(1); // one that was read ahead is read again
      assertThat(machine.invariants()).isEmpty();
    }
  }

  @Test
  void fullSwapEndsInNoMemoryAndLosesNothing() {
    try (Machine machine = SmallMachine.boot()) {
      machine.reclaim().oom().settings().enabled(false); // the request is to fail
      machine.reclaim().swapOnOff().on("swap", MemorySwap.of(300), 0);
      Cpu cpu = machine.cpu(0);
      Process process = SmallMachine.process(machine, 4200);
      int stored = 0;
      try {
        for (; stored < 4200; stored++) {
          process.store(cpu, AT + stored * PAGE, 8, SmallMachine.value(stored));
        }
      } catch (UserFaultException e) {
        assertThat(e.leaf()).isEqualTo(FaultLeaf.OUT_OF_MEMORY);
      }
      assertThat(stored).isBetween(3500, 4199);
      assertThat(machine.invariants()).isEmpty();
      assertThat(machine.reclaim().swap().areas().freePages()).isLessThan(10);
      stored -= 100; // with some memory, the rest can be read
      new SystemCalls(cpu, process).munmap(AT + stored * PAGE, (4200 - stored) * PAGE);
      for (int i = 0; i < stored; i++) {
        assertThat(process.load(cpu, AT + i * PAGE, 8)).isEqualTo(SmallMachine.value(i));
      }
    }
  }

  @Test
  void swapoffBringsAllBackOrNothingChanges(@TempDir Path folder) {
    Path file = folder.resolve("swap");
    SwapOnOff.makeArea(file, 32 << 20);
    try (Machine machine = SmallMachine.boot()) {
      Cpu cpu = machine.cpu(0);
      SwapOnOff swap = machine.reclaim().swapOnOff();
      swap.on(file);
      Process process = SmallMachine.process(machine, 6000);
      SmallMachine.fill(machine, process, 6000);
      assertThatThrownBy(() -> swap.off(cpu, file.toString()))
          .isInstanceOf(SwapException.class)
          .hasMessageContaining("could not be brought back");
      assertThat(machine.invariants()).isEmpty();
      new SystemCalls(cpu, process).munmap(AT + 2000 * PAGE, 4000 * PAGE);
      swap.off(cpu, file.toString());
      assertThat(machine.invariants()).isEmpty();
      for (int i = 0; i < 2000; i++) {
        assertThat(process.load(cpu, AT + i * PAGE, 8)).isEqualTo(SmallMachine.value(i));
      }
      assertThat(machine.files().read("/proc/swaps").orElseThrow().lines()).hasSize(1);
    }
  }

  @Test
  void aFileThatWasCutShort(@TempDir Path folder) throws IOException {
    Path file = folder.resolve("swap");
    SwapOnOff.makeArea(file, 32 << 20);
    try (Machine machine = SmallMachine.boot()) {
      Cpu cpu = machine.cpu(0);
      machine.reclaim().swapOnOff().on(file);
      Process process = SmallMachine.process(machine, 5000);
      SmallMachine.fill(machine, process, 5000);
      Files.write(file, new byte[0]);
      int lost = 0;
      for (int i = 0; i < 5000; i++) {
        try {
          assertThat(process.load(cpu, AT + i * PAGE, 8)).isEqualTo(SmallMachine.value(i));
        } catch (UserFaultException e) {
          assertThat(e.leaf()).isEqualTo(FaultLeaf.FILE_ERROR);
          lost++;
        }
      }
      assertThat(lost).isBetween(800, 2000);
      assertThat(machine.invariants()).isEmpty();
      machine.processes().exit(cpu, process);
      assertThat(machine.invariants()).isEmpty();
    }
  }

  @Test
  void whatIsNoSwapAreaIsRefused(@TempDir Path folder) throws IOException {
    Path file = folder.resolve("file");
    try (Machine machine = SmallMachine.boot()) {
      SwapOnOff swap = machine.reclaim().swapOnOff();
      Files.write(file, new byte[100]);
      assertThatThrownBy(() -> swap.on(file)).hasMessageContaining("100 bytes hold no swap header");
      Files.write(file, new byte[81920]);
      assertThatThrownBy(() -> swap.on(file)).hasMessageContaining("SWAPSPACE2");
      SwapOnOff.makeArea(file, 81920);
      Files.write(file, Arrays.copyOf(Files.readAllBytes(file), 40960));
      assertThatThrownBy(() -> swap.on(file)).hasMessageContaining("20 pages, the file has 10");
      assertThatThrownBy(() -> SwapOnOff.makeArea(file, 4096)).hasMessageContaining("10 pages");
      SwapOnOff.makeArea(file, 81920);
      swap.on(file, 5);
      assertThatThrownBy(() -> swap.on(file)).hasMessageContaining("in use as swap already");
      assertThat(machine.files().read("/proc/swaps").orElseThrow())
          .contains("file\t\t76\t\t0\t\t5\n");
    }
  }

  /** Headers and lengths that mkswap did not write: an area is refused in words, or it works. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void damagedAreas(long seed, @TempDir Path folder) throws IOException {
    SplittableRandom random = new SplittableRandom(seed);
    int[] places = {1024, 1025, 1028, 1029, 1030, 1031, 1032, 4086, 4095, 0, 2000};
    Path file = folder.resolve("swap");
    int worked = 0;
    for (int i = 0; i < 12; i++) {
      SwapOnOff.makeArea(file, 40 * PAGE);
      byte[] area = Files.readAllBytes(file);
      for (int changes = random.nextInt(3); changes >= 0; changes--) {
        area[places[random.nextInt(places.length)]] = (byte) random.nextInt(4);
      }
      int length = random.nextInt(4) == 0 ? random.nextInt(area.length) : area.length;
      Files.write(file, Arrays.copyOf(area, length));
      String what = "seed " + seed + ", area " + i + " of " + length + " bytes";
      try (Machine machine = SmallMachine.boot()) {
        Process process = SmallMachine.process(machine, 100);
        SmallMachine.fill(machine, process, 100);
        try {
          machine.reclaim().swapOnOff().on(file);
          worked++;
        } catch (SwapException e) {
          assertThat(e).as(what).hasMessageContaining("swap: ");
        }
        SystemCalls calls = new SystemCalls(machine.cpu(0), process);
        assertThat(calls.madvise(AT, 100 * PAGE, 21)).as(what).isZero(); // MADV_PAGEOUT
        for (int page = 0; page < 100; page++) {
          long loaded = process.load(machine.cpu(0), AT + page * PAGE, 8);
          assertThat(loaded).as(what).isEqualTo(SmallMachine.value(page));
        }
        assertThat(machine.invariants()).as(what).isEmpty();
      }
    }
    assertThat(worked).isBetween(1, 11);
  }
}
