package dev.quarry.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.quarry.machine.Cpu;
import dev.quarry.machine.KernelLog;
import dev.quarry.machine.MachineSpec;
import dev.quarry.machine.MachineSpecReader;
import dev.quarry.physical.Gfp;
import dev.quarry.physical.PhysicalMemory;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A host that refuses memory while a machine boots gets back all that it had given. */
class HostRefusesTest {
  private static final long GIB = 1L << 30;

  /** What the JVM may map by itself meanwhile. */
  private static final long SLACK = 2 * GIB;

  @BeforeEach
  void onLinux() {
    if (!AddressSpace.isKnown()) {
      System.out.println("HostRefusesTest: skipped, as there is no /proc/self/status here");
    }
    assumeTrue(AddressSpace.isKnown(), "no /proc/self/status");
  }

  private static MachineSpec terabyte(boolean contents) {
    String text = "memory 0-1T\ncontents " + (contents ? "yes" : "none") + "\n";
    return MachineSpecReader.read("terabyte", text);
  }

  @ParameterizedTest
  @CsvSource({
    // contents, GiB that may be mapped, whose memory is refused, bytes (RAM: and 1 MiB)
    "true,  512, RAM, 1099512676352",
    "true, 1024, mem_map, 8589934592",
    "false,   4, mem_map, 8589934592",
  })
  void nothingStaysReservedWhenABootFails(boolean contents, long gib, String part, long bytes)
      throws Throwable {
    MachineSpec spec = terabyte(contents);
    long before = AddressSpace.bytes();
    for (int i = 0; i < 3; i++) {
      AddressSpace.within(
          gib * GIB + SLACK,
          () ->
              assertThatThrownBy(() -> Machine.boot(spec))
                  .isInstanceOf(OutOfMemoryError.class)
                  .hasMessageContaining("refused to reserve " + bytes + " bytes")
                  .hasMessageContaining("for " + part));
    }
    assertThat(AddressSpace.bytes() - before).as("bytes that stay").isLessThan(SLACK);
    try (Machine machine = Machine.boot(spec)) {
      assertThat(machine.allocator().allocPages(machine.cpu(0), Gfp.GFP_KERNEL, 0)).isPositive();
    }
  }

  @Test
  void descriptorsAreGivenBackWhenTheRestCannotBeBuilt() throws Throwable {
    MachineSpec good = terabyte(false);
    MachineSpec bad =
        new MachineSpec(
            "CPU on a node that is not there",
            good.release(),
            good.pageShift(),
            good.maxOrder(),
            good.pageblockOrder(),
            false,
            good.nodes(),
            good.memory(),
            good.reserved(),
            good.zones(),
            0,
            List.of(3),
            good.sysctls());
    long before = AddressSpace.bytes();
    for (int i = 0; i < 8; i++) {
      assertThatThrownBy(
              () -> new PhysicalMemory(bad, List.of(Cpu.of(0, 3)), null, new KernelLog()))
          .isInstanceOf(IndexOutOfBoundsException.class);
    }
    assertThat(AddressSpace.bytes() - before).as("bytes that stay").isLessThan(SLACK);
  }

  @Test
  void manyMachinesLiveSideBySideAndLeaveNothing() throws Throwable {
    List<MachineSpec> specs =
        List.of(
            terabyte(true),
            MachineSpecReader.read("small", "memory 0-64M\nzone Normal\npercpu no\n"),
            MachineSpecReader.read("laptop", "preset laptop\n"),
            MachineSpecReader.read("server", "preset server\n"));
    long before = AddressSpace.bytes();
    Machine[] machines = new Machine[60];
    int[][] held = new int[machines.length][8];
    for (int i = 0; i < machines.length; i++) {
      machines[i] = Machine.boot(specs.get(i % specs.size()));
    }
    for (int round = 0; round < 8; round++) {
      for (int i = 0; i < machines.length; i++) {
        held[i][round] =
            machines[i].allocator().allocPages(machines[i].cpu(0), Gfp.GFP_KERNEL, round % 4);
        long address = (long) held[i][round] << 12;
        Objects.requireNonNull(machines[i].ram()).putLong(address, i * 1_000L + round);
      }
    }
    for (int i = 0; i < machines.length; i++) {
      // Each machine does what its spec says and nothing else: twins got the same frames.
      assertThat(held[i]).isEqualTo(held[i % specs.size()]);
      for (int round = 0; round < 8; round++) {
        long address = (long) held[i][round] << 12;
        assertThat(Objects.requireNonNull(machines[i].ram()).getLong(address))
            .isEqualTo(i * 1_000L + round);
        assertThat(machines[i].allocator().freePages(machines[i].cpu(0), held[i][round], round % 4))
            .isTrue();
      }
    }
    for (Machine machine : machines) {
      assertThat(machine.log().lines()).isEmpty();
      machine.close();
    }
    assertThat(AddressSpace.bytes() - before).as("bytes that stay").isLessThan(SLACK);
  }
}
