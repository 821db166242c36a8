package dev.quarry.physical;

import dev.quarry.kernel.Machine;
import dev.quarry.machine.KernelRelease;
import dev.quarry.machine.MachineSpec;
import dev.quarry.machine.MachineSpecReader;
import dev.quarry.machine.MemoryRange;
import dev.quarry.machine.NodeSpec;
import dev.quarry.machine.ReservedRange;
import dev.quarry.machine.Sysctls;
import dev.quarry.machine.ZoneSpec;
import dev.quarry.machine.ZoneType;
import java.util.Collections;
import java.util.List;
import java.util.OptionalLong;

/** Specs that the tests of this package boot. */
final class TestMachines {
  private static final List<ZoneSpec> X86_64 =
      List.of(
          new ZoneSpec(ZoneType.DMA, 16L << 20),
          new ZoneSpec(ZoneType.DMA32, 4L << 30),
          new ZoneSpec(ZoneType.NORMAL, ZoneSpec.NO_LIMIT),
          new ZoneSpec(ZoneType.MOVABLE, ZoneSpec.NO_LIMIT),
          new ZoneSpec(ZoneType.DEVICE, ZoneSpec.NO_LIMIT));

  private TestMachines() {}

  /**
   * One zone Normal of {@code pages} frames from frame 0, no per-CPU lists, marks as low as can be.
   */
  static MachineSpec oneZone(int pages, int maxOrder, int pageblockOrder, boolean percpu) {
    Sysctls d = Sysctls.DEFAULTS;
    Sysctls sysctls =
        new Sysctls(
            OptionalLong.of(0), false, d.lowmemReserveRatio(), 1, 0, 0, percpu, d.percpuMaxOrder());
    return new MachineSpec(
        "one zone",
        KernelRelease.DEFAULT,
        12,
        maxOrder,
        pageblockOrder,
        false,
        List.of(new NodeSpec(0, List.of(10))),
        List.of(new MemoryRange(0, (long) pages << 12, 0)),
        List.of(),
        List.of(new ZoneSpec(ZoneType.NORMAL, ZoneSpec.NO_LIMIT)),
        0,
        List.of(0),
        sysctls);
  }

  /**
   * The machine of the recordings: 24 GiB, two CPUs, khugepaged's raise on, with as many frames
   * reserved in each zone as its zoneinfo says (3998 - 3840, 782336 - 772917, 5505024 - 5394266).
   */
  static MachineSpec recorded() {
    Sysctls d = Sysctls.DEFAULTS;
    Sysctls sysctls =
        new Sysctls(OptionalLong.empty(), true, d.lowmemReserveRatio(), 10, 15_000, 0, true, 3);
    return new MachineSpec(
        "recorded",
        KernelRelease.DEFAULT,
        12,
        10,
        9,
        false,
        List.of(new NodeSpec(0, List.of(10))),
        List.of(
            new MemoryRange(1L << 12, 3999L << 12, 0),
            new MemoryRange(4096L << 12, (4096L + 782_336) << 12, 0),
            new MemoryRange(1_048_576L << 12, (1_048_576L + 5_505_024) << 12, 0)),
        List.of(
            new ReservedRange(1L << 12, 159L << 12, "low"),
            new ReservedRange(4096L << 12, (4096L + 9_419) << 12, "kernel"),
            new ReservedRange(1_048_576L << 12, (1_048_576L + 110_758) << 12, "mem_map")),
        X86_64,
        0,
        List.of(0, 0),
        sysctls);
  }

  /** DMA, DMA32 and Normal of 16 MiB each on one node, with holes and odd ends; two CPUs. */
  static MachineSpec threeZones(boolean percpu) {
    Sysctls d = Sysctls.DEFAULTS;
    Sysctls sysctls =
        new Sysctls(OptionalLong.of(256), false, d.lowmemReserveRatio(), 10, 15_000, 0, percpu, 3);
    return new MachineSpec(
        "three zones",
        KernelRelease.DEFAULT,
        12,
        10,
        9,
        false,
        List.of(new NodeSpec(0, List.of(10))),
        List.of(
            new MemoryRange(1L << 12, 4095L << 12, 0),
            new MemoryRange(4096L << 12, 8191L << 12, 0),
            new MemoryRange(1L << 32, (1L << 32) + (4095L << 12), 0)),
        List.of(new ReservedRange(5000L << 12, 5123L << 12, "kernel")),
        X86_64,
        0,
        List.of(0, 0),
        sysctls);
  }

  /** Boots a machine that a specification's lines describe. */
  static Machine of(String... lines) {
    return Machine.boot(MachineSpecReader.read("test", String.join("\n", lines)));
  }

  /** A machine of 1 TiB on one node with 64 CPUs. */
  static MachineSpec huge() {
    return new MachineSpec(
        "huge",
        KernelRelease.DEFAULT,
        12,
        10,
        9,
        false,
        List.of(new NodeSpec(0, List.of(10))),
        List.of(new MemoryRange(1L << 12, 3L << 30, 0), new MemoryRange(4L << 30, 1025L << 30, 0)),
        List.of(),
        X86_64,
        0,
        Collections.nCopies(64, 0),
        Sysctls.DEFAULTS);
  }
}
