package dev.quarry.virtual;

import dev.quarry.kernel.Machine;
import dev.quarry.machine.MachineSpecReader;
import dev.quarry.physical.Node;
import dev.quarry.physical.NodeStat;
import dev.quarry.physical.Zone;

/** Machines of both layouts for the tests of this package. */
final class Spaces {
  private Spaces() {}

  /** x86-64: 64 MiB below 4 GiB, two CPUs. */
  static Machine wide(String... more) {
    return boot(
        more,
        "cpus 0-1",
        "memory 0x1000-64M",
        "reserved 4M-6M device",
        "zone DMA below=16M",
        "zone DMA32 below=4G",
        "zone Normal",
        "sysctl vm.min_free_kbytes=256");
  }

  /** x86-32: 48 MiB of low memory, 16 MiB of HighMem, two CPUs. */
  static Machine narrow(String... more) {
    return boot(
        more,
        "cpus 0-1",
        "memory 0x1000-64M",
        "reserved 4M-6M device",
        "zone DMA below=16M",
        "zone Normal below=48M",
        "zone HighMem",
        "sysctl vm.min_free_kbytes=256");
  }

  static Machine of(PageTableLayout layout, String... more) {
    return layout == PageTableLayout.X86_64 ? wide(more) : narrow(more);
  }

  private static Machine boot(String[] more, String... lines) {
    String text = String.join("\n", lines) + "\n" + String.join("\n", more);
    return Machine.boot(MachineSpecReader.read("test", text));
  }

  /** A machine of one specification. */
  static Machine of(String... lines) {
    return boot(new String[0], lines);
  }

  /** Pages that are free, on per-CPU lists or in slabs, which keep some for later objects. */
  static long free(Machine machine) {
    long pages = 0;
    for (Zone zone : machine.memory().zones()) {
      pages += zone.freePages() + zone.pcpPages();
    }
    for (Node node : machine.memory().nodes()) {
      pages += node.stat(NodeStat.NR_SLAB_RECLAIMABLE);
      pages += node.stat(NodeStat.NR_SLAB_UNRECLAIMABLE);
    }
    return pages;
  }

  static Zone zone(Machine machine, String label) {
    return machine.memory().zones().stream()
        .filter(zone -> zone.label().equals(label))
        .findFirst()
        .orElseThrow();
  }
}
