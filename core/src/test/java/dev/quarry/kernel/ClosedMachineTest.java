package dev.quarry.kernel;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.quarry.machine.Cpu;
import dev.quarry.machine.MachineSpecReader;
import dev.quarry.machine.Ram;
import dev.quarry.physical.Gfp;
import dev.quarry.physical.PageAllocator;
import dev.quarry.slab.CacheSpec;
import dev.quarry.slab.KmemCache;
import dev.quarry.slab.SlabAllocator;
import java.util.Objects;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whoever goes on with a machine that is closed is told, and reads nobody else's memory. */
class ClosedMachineTest {
  private static void expectClosed(ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("the machine is closed");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "slab textbook", "slab_debug FZPU", "percpu no"})
  void everyRequestSaysSo(String setting) {
    Machine machine =
        Machine.boot(MachineSpecReader.read("test", "memory 0-64M\nzone Normal\n" + setting));
    Cpu cpu = machine.cpu(0);
    PageAllocator pages = machine.allocator();
    Ram ram = Objects.requireNonNull(machine.ram());
    SlabAllocator slab = machine.slab();
    KmemCache cache = slab.createCache(cpu, CacheSpec.of("mine", 100));
    int pfn = pages.allocPage(cpu, Gfp.GFP_KERNEL);
    int other = pages.allocPages(cpu, Gfp.GFP_KERNEL, 3);
    pages.freePages(cpu, other, 3); // there is one at hand
    long object = slab.kmalloc(cpu, 100, Gfp.GFP_KERNEL);
    long mine = cache.alloc(cpu, Gfp.GFP_KERNEL);
    machine.close();
    machine.close();

    expectClosed(() -> pages.allocPage(cpu, Gfp.GFP_KERNEL));
    expectClosed(() -> pages.allocPages(cpu, Gfp.GFP_KERNEL, 3));
    expectClosed(() -> pages.freePage(cpu, pfn));
    expectClosed(() -> pages.getPage(pfn));
    expectClosed(() -> ram.getLong(0));
    expectClosed(() -> ram.slice(0, 8));
    expectClosed(() -> machine.memory().map().state(pfn));
    expectClosed(() -> slab.kmalloc(cpu, 100, Gfp.GFP_KERNEL));
    expectClosed(() -> slab.kmalloc(cpu, 1 << 20, Gfp.GFP_KERNEL));
    expectClosed(() -> slab.kfree(cpu, object));
    expectClosed(() -> cache.alloc(cpu, Gfp.GFP_KERNEL));
    expectClosed(() -> cache.free(cpu, mine));
  }
}
