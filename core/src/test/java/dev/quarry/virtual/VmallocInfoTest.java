package dev.quarry.virtual;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quarry.kernel.Machine;
import dev.quarry.machine.Cpu;
import dev.quarry.machine.Presets;
import dev.quarry.observe.ProcFs;
import dev.quarry.physical.Gfp;
import org.junit.jupiter.api.Test;

/** {@code /proc/vmallocinfo} and the lines about it in {@code /proc/meminfo}. */
class VmallocInfoTest {
  private static String read(Machine machine, String path) {
    return new ProcFs(machine.memory(), machine.kernelSpaceOrNull(), machine.slabOrNull())
        .read(path)
        .orElseThrow();
  }

  private static String line(Machine machine, String name) {
    return read(machine, "/proc/meminfo")
        .lines()
        .filter(line -> line.startsWith(name + ":"))
        .findFirst()
        .orElseThrow()
        .replaceAll(" +", " ");
  }

  @Test
  void theFormatOfEachKind() {
    try (Machine machine = Machine.boot(Presets.get("server"))) {
      assertThat(read(machine, "/proc/vmallocinfo")).isEmpty();
      assertThat(line(machine, "VmallocTotal")).isEqualTo("VmallocTotal: 34359738367 kB");
      KernelSpace space = machine.kernelSpace();
      Cpu cpu = machine.cpu(0);
      space.vmalloc().vmalloc(cpu, 4096, "first_user+0x10/0x20");
      space.vmalloc().vmallocNode(cpu, 5 << 20, Gfp.GFP_KERNEL, 1, "big");
      space.vmalloc().vmallocUser(cpu, 8192, "ring_buffer");
      int pfn = machine.allocator().allocPage(cpu, Gfp.GFP_KERNEL);
      long vmap = space.vmap().vmap(cpu, new int[] {pfn, pfn}, Pte.PAGE_KERNEL, "dma");
      space.ioremap().ioremap(cpu, 0xfed0_0000L, 1024, "hpet");
      long gone = space.vmalloc().vmalloc(cpu, 4096, "gone");
      space.vmalloc().vfree(cpu, gone);
      assertThat(read(machine, "/proc/vmallocinfo"))
          .isEqualTo(
              """
              0xffffc90000000000-0xffffc90000002000    8192 first_user+0x10/0x20 pages=1 vmalloc N0=1
              0xffffc90000002000-0xffffc90000503000 5246976 big pages=1280 vmalloc vpages N1=1280
              0xffffc90000503000-0xffffc90000507000   16384 big pages=3 vmalloc N1=3
              0xffffc90000507000-0xffffc9000050a000   12288 ring_buffer pages=2 vmalloc user N0=2
              0xffffc9000050a000-0xffffc9000050d000   12288 dma vmap
              0xffffc9000050d000-0xffffc9000050f000    8192 hpet phys=0x00000000fed00000 ioremap
              0xffffc9000050f000-0xffffc90000511000    8192 unpurged vm_area
              """);
      assertThat(line(machine, "VmallocUsed")).isEqualTo("VmallocUsed: " + 1286 * 4 + " kB");
      assertThat(line(machine, "VmallocChunk")).isEqualTo("VmallocChunk: 0 kB");
      long tables = space.tables().memory().tables();
      assertThat(line(machine, "PageTables")).isEqualTo("PageTables: " + tables * 4 + " kB");
      assertThat(space.vmap().vunmap(cpu, vmap)).isTrue();
      assertThat(machine.invariants()).isEmpty();
    }
  }

  @Test
  void pointersOfA32BitKernelAreShort() {
    try (Machine machine = Machine.boot(Presets.get("x86-32"))) {
      KernelSpace space = machine.kernelSpace();
      space.vmalloc().vmalloc(machine.cpu(0), 4096, "module_alloc");
      space.ioremap().ioremap(machine.cpu(0), 0xfec0_0000L, 4096, "ioapic");
      assertThat(read(machine, "/proc/vmallocinfo"))
          .isEqualTo(
              """
              0xf8800000-0xf8802000    8192 module_alloc pages=1 vmalloc
              0xf8802000-0xf8804000    8192 ioapic phys=0xfec00000 ioremap
              """);
      // From 0xf8800000 to 0xff3fe000, two pages below PKMAP.
      assertThat(line(machine, "VmallocTotal")).isEqualTo("VmallocTotal: 110584 kB");
    }
  }
}
