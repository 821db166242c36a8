package dev.quarry.virtual.fault;

import dev.quarry.kernel.Machine;
import dev.quarry.machine.MachineSpecReader;
import dev.quarry.virtual.PageTableLayout;

/** Machines of both layouts for the tests of this package. */
final class FaultMachines {
  private FaultMachines() {}

  static Machine of(PageTableLayout layout, String... more) {
    String zones =
        layout == PageTableLayout.X86_64
            ? "zone DMA below=4M\nzone DMA32 below=4G\nzone Normal\n"
            : "zone DMA below=4M\nzone Normal below=12M\nzone HighMem\n";
    String text =
        "cpus 0-1\nmemory 0x1000-16M\n"
            + zones
            + "sysctl vm.min_free_kbytes=256\n"
            + String.join("\n", more);
    return Machine.boot(MachineSpecReader.read("test", text));
  }
}
