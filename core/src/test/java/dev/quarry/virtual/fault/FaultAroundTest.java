package dev.quarry.virtual.fault;

import static dev.quarry.virtual.space.MapFlags.*;
import static org.assertj.core.api.Assertions.assertThat;

import dev.quarry.kernel.Machine;
import dev.quarry.kernel.Process;
import dev.quarry.kernel.SystemCalls;
import dev.quarry.machine.Cpu;
import dev.quarry.virtual.PageTableLayout;
import dev.quarry.virtual.Pte;
import dev.quarry.virtual.cache.AssumedFile;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Which pages one read brings: the numbers of {@code do_fault_around} (mm/memory.c, 6.18). */
class FaultAroundTest {
  private static final long PAGE = 4096;
  private static final long TABLE = 0x2000_0000L; // a page table begins here

  private Machine machine;
  private Cpu cpu;
  private Process process;

  @BeforeEach
  void boot() {
    machine = FaultMachines.of(PageTableLayout.X86_64);
    cpu = machine.cpu(0);
    process = machine.processes().spawn(cpu);
  }

  @AfterEach
  void allIsSound() {
    assertThat(machine.invariants()).isEmpty();
    machine.processes().exit(cpu, process);
    assertThat(machine.invariants()).isEmpty();
    machine.close();
  }

  /** Maps pages of a file at a page, reads one, and draws: {@code .} missing, {@code x} there. */
  private String read(int firstPage, int pages, int touched, long filePages) {
    UserPages all = machine.processes().pages();
    int fd = process.open(all.caches().assumed("file", filePages * PAGE, true));
    SystemCalls calls = new SystemCalls(cpu, process);
    long at = TABLE + firstPage * PAGE;
    long flags = MAP_PRIVATE | MAP_FIXED;
    assertThat(calls.mmap(at, pages * PAGE, PROT_READ, flags, fd, 0)).isEqualTo(at);
    process.load(cpu, at + touched * PAGE, 1);
    StringBuilder drawn = new StringBuilder();
    for (int i = 0; i < pages; i++) {
      long entry = process.mm().tables().leaf(at + i * PAGE);
      drawn.append(Pte.isMapped(entry) ? 'x' : '.');
    }
    assertThat(machine.invariants()).as("each page is held once by the cache").isEmpty();
    calls.munmap(at, pages * PAGE);
    process.close(cpu, fd);
    return drawn.toString();
  }

  @Test
  void windowsAreAlignedUnlessTheAreaBeginsInOne() {
    long all = AssumedFile.UNKNOWN_BYTES / PAGE;
    assertThat(read(0, 40, 20, all)).isEqualTo(".".repeat(16) + "x".repeat(16) + ".".repeat(8));
    assertThat(read(5, 40, 3, all))
        .as("16 from the begin")
        .isEqualTo("x".repeat(16) + ".".repeat(24));
    assertThat(read(5, 40, 11, all)).isEqualTo(".".repeat(11) + "x".repeat(16) + ".".repeat(13));
    assertThat(read(0, 6, 2, all)).as("the area ends").isEqualTo("xxxxxx");
    assertThat(read(508, 12, 1, all)).as("the table ends").isEqualTo("xxxx........");
    assertThat(read(0, 20, 2, 5)).as("the file ends").isEqualTo("xxxxx" + ".".repeat(15));
  }

  @Test
  void theSettingSaysHowMany() {
    long all = AssumedFile.UNKNOWN_BYTES / PAGE;
    machine.processes().spaces().settings().faultAroundBytes(4 * PAGE + 1);
    assertThat(read(0, 12, 5, all)).isEqualTo("....xxxx....");
    machine.processes().spaces().settings().faultAroundBytes(0);
    assertThat(read(0, 4, 2, all)).isEqualTo("..x.");
  }
}
