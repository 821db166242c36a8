package dev.quarry.slab;

import dev.quarry.kernel.Machine;
import dev.quarry.machine.MachineSpecReader;

/** Machines that the tests of this package boot. */
final class SlabMachines {
  private SlabMachines() {}

  /** One node of 64 MiB with two CPUs. */
  static Machine small(String... lines) {
    return read("memory 0-64M\ncpus 0-1 node=0\n", lines);
  }

  /** Two nodes of 32 MiB with two CPUs each. */
  static Machine twoNodes(String... lines) {
    return read(
        """
        node 0 distance=10,20
        node 1 distance=20,10
        memory 0-32M node=0
        memory 32M-64M node=1
        cpus 0-1 node=0
        cpus 2-3 node=1
        """,
        lines);
  }

  private static Machine read(String layout, String... lines) {
    String text = layout + "zone Normal\nsysctl vm.min_free_kbytes=0\n" + String.join("\n", lines);
    return Machine.boot(MachineSpecReader.read("test", text));
  }
}
