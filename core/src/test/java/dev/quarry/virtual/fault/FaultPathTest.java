package dev.quarry.virtual.fault;

import static dev.quarry.virtual.space.MapFlags.*;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.quarry.kernel.Machine;
import dev.quarry.kernel.Process;
import dev.quarry.kernel.SystemCalls;
import dev.quarry.machine.Cpu;
import dev.quarry.virtual.PageTableLayout;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.Test;

/** The way of a CPU's last fault through the decision. */
class FaultPathTest {
  @Test
  void theLastFault() {
    try (Machine machine = FaultMachines.of(PageTableLayout.X86_64)) {
      Cpu cpu = machine.cpu(0);
      Process process = machine.processes().spawn(cpu);
      UserPages pages = machine.processes().pages();
      FaultCounts counts = pages.handler().counts();
      assertThat(counts.lastPath(0)).isEmpty();
      long flags = MAP_PRIVATE | MAP_ANONYMOUS;
      long at = new SystemCalls(cpu, process).mmap(0, 8192, 3, flags, -1, 0);
      process.store(cpu, at, 1, 1);
      assertThat(counts.lastPath(0)).containsExactly(FaultLeaf.DEMAND_ZERO);
      assertThat(counts.lastPath(1)).isEmpty();
      long stack = process.mm().startStack();
      process.load(machine.cpu(1), stack - (200 << 10), 1);
      assertThat(counts.lastPath(1)).containsExactly(FaultLeaf.STACK_GROWN, FaultLeaf.ZERO_PAGE);
      assertThat(counts.lastPath(0)).containsExactly(FaultLeaf.DEMAND_ZERO);
      MemorySegment bytes = MemorySegment.ofArray(new byte[4]);
      pages.memory().copyFromUser(cpu, process.mm(), bytes, 0x10, false);
      assertThat(counts.lastPath(0)).containsExactly(FaultLeaf.NO_AREA, FaultLeaf.FIXUP);
      assertThatExceptionOfType(UserFaultException.class)
          .isThrownBy(() -> pages.memory().kernelLoad(cpu, process.mm(), at + 4096, 1, true));
      assertThat(counts.lastPath(0)).containsExactly(FaultLeaf.ATOMIC, FaultLeaf.OOPS);
      process.load(cpu, at + 4096, 1);
      assertThat(counts.lastPath(0)).containsExactly(FaultLeaf.ZERO_PAGE);
      assertThatExceptionOfType(UserFaultException.class)
          .isThrownBy(() -> process.load(cpu, stack - (9 << 20), 1));
      assertThat(counts.lastPath(0)).containsExactly(FaultLeaf.STACK_REFUSED);
    }
  }
}
