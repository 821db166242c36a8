package dev.quarry.reclaim;

import static dev.quarry.reclaim.SmallMachine.PAGE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.quarry.kernel.Machine;
import dev.quarry.kernel.Process;
import dev.quarry.kernel.SystemCalls;
import dev.quarry.machine.Cpu;
import dev.quarry.machine.MachineSpecReader;
import dev.quarry.physical.VmEvent;
import dev.quarry.virtual.space.MapFlags;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** Huge pages when memory runs out: they are split, and their pages go one by one. */
class HugePressureTest {
  private static final long AT = 0x4000_0000L;
  private static final int PAGES = 12_000;

  @Test
  void aProcessOfHugePagesThatIsLargerThanRam() {
    String text =
        "cpus 0\nmemory 0x1000-32M\nzone DMA below=4M\nzone DMA32 below=4G\nzone Normal\n"
            + "transparent_hugepage always\n";
    try (Machine machine = Machine.boot(MachineSpecReader.read("test", text))) {
      Cpu cpu = machine.cpu(0);
      machine.reclaim().swapOnOff().on("swap", MemorySwap.of(16_384), 0);
      Process process = Objects.requireNonNull(machine.processes().spawn(cpu));
      SystemCalls calls = new SystemCalls(cpu, process);
      calls.mmap(AT, PAGES * PAGE, 3, 0x12 | MapFlags.MAP_ANONYMOUS, -1, 0);
      for (int i = 0; i < PAGES; i++) {
        process.store(cpu, AT + i * PAGE, 8, SmallMachine.value(i));
      }
      assertThat(machine.invariants()).isEmpty();
      Process child = Objects.requireNonNull(machine.processes().fork(cpu, process));
      for (int i = 0; i < PAGES; i += 3) {
        child.store(cpu, AT + i * PAGE, 8, i);
      }
      assertThat(machine.invariants()).isEmpty();
      for (int i = 0; i < PAGES; i++) {
        assertThat(process.load(cpu, AT + i * PAGE, 8)).isEqualTo(SmallMachine.value(i));
        long childs = i % 3 == 0 ? i : SmallMachine.value(i);
        assertThat(child.load(cpu, AT + i * PAGE, 8)).as("page %d", i).isEqualTo(childs);
      }
      assertThat(machine.invariants()).isEmpty();
      assertThat(machine.memory().events().sum(VmEvent.THP_FAULT_ALLOC)).isPositive();
      assertThat(machine.memory().events().sum(VmEvent.THP_SPLIT_PAGE)).isPositive();
      machine.processes().exit(cpu, child);
      machine.processes().exit(cpu, process);
      assertThat(machine.invariants()).isEmpty();
      assertThat(machine.reclaim().swap().areas().freePages()).isEqualTo(16_383);
    }
  }
}
