package dev.quarry.slab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.quarry.kernel.DriverOfTests;
import dev.quarry.kernel.Machine;
import dev.quarry.machine.Cpu;
import dev.quarry.physical.Gfp;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Misuse is refused, or reported at the operation or at the next check; nothing breaks. */
class SlabMisuseTest {
  private static final int GFP = Gfp.GFP_KERNEL;

  private static String log(Machine machine) {
    return String.join("\n", machine.log().lines());
  }

  /** Without any check: wrong pointers change nothing, in either manner and on either CPU. */
  @ParameterizedTest
  @ValueSource(strings = {"slab owned", "slab textbook", "slab_debug F"})
  void wrongPointersAreRefused(String line) {
    try (Machine machine = SlabMachines.small(line)) {
      SlabAllocator slab = machine.slab();
      for (Cpu cpu : machine.cpus()) {
        KmemCache cache = slab.createCache(machine.cpu(0), CacheSpec.of("own" + cpu.id(), 104));
        KmemCache other = slab.createCache(machine.cpu(0), CacheSpec.of("other" + cpu.id(), 104));
        long object = cache.alloc(machine.cpu(0), GFP);
        long freed = cache.alloc(machine.cpu(0), GFP);
        cache.free(machine.cpu(0), freed);
        long page = machine.allocator().getFreePage(machine.cpu(0), GFP);
        long large = slab.kmalloc(cpu, 4 << 20, GFP);
        long[] wrong = {
          freed,
          object + 8,
          object + 1,
          object - 192,
          object + (1L << 32),
          object + (1L << 48),
          object ^ Long.MIN_VALUE,
          page,
          large + 4096,
          42,
          -1,
          Long.MAX_VALUE,
          Long.MIN_VALUE,
          slab.memory().physical(object),
          object & -4096
        };
        long before = slab.misuses();
        for (long address : wrong) {
          assertThat(slab.kfree(cpu, address)).as("%x", address).isFalse();
          assertThat(cache.free(cpu, address)).as("%x", address).isFalse();
        }
        assertThat(other.free(cpu, object)).isFalse();
        assertThat(slab.misuses() - before).isEqualTo(2L * wrong.length + 1);
        assertThat(machine.invariants()).isEmpty();
        assertThat(cache.free(cpu, object)).isTrue();
        assertThat(slab.kfree(cpu, large)).isTrue();
        assertThat(machine.allocator().freePagesAt(machine.cpu(0), page, 0)).isTrue();
        assertThat(cache.free(cpu, object)).isFalse();
        assertThat(machine.invariants()).isEmpty();
      }
      assertThat(log(machine))
          .contains("kfree_debugcheck: bad ptr", "kfree_debugcheck: out of range ptr")
          .contains("cache_from_obj: Wrong slab cache. other0 but object")
          .contains("BUG own0 (Not tainted): Object already free")
          .contains("BUG own0 (Not tainted): Invalid object pointer");
    }
  }

  private static final CacheSpec CHECKED = CacheSpec.of("checked", 44).with(SlabFlags.DEBUG);

  /** Writes somewhere near an object; the next operation or check reports what and who. */
  private static void expectReport(
      String what, boolean whileFree, int offset, Consumer<SlabAllocator> trigger) {
    try (Machine machine = SlabMachines.small()) {
      SlabAllocator slab = machine.slab();
      Cpu cpu = machine.cpu(0);
      KmemCache cache = slab.createCache(cpu, CHECKED);
      slab.on(cpu).callSite("driver_open");
      long object = cache.alloc(cpu, GFP);
      slab.on(cpu).callSite("driver_close");
      if (whileFree) {
        cache.free(cpu, object);
      }
      assertThat(cache.check()).isZero();
      slab.memory().putByte(object + offset, (byte) 0x41);
      assertThat(cache.check()).isEqualTo(1);
      assertThat(log(machine))
          .contains("BUG checked (Not tainted): " + what)
          .contains("First byte 0x41 instead of 0x")
          .contains("Allocated in driver_open\nFreed in " + (whileFree ? "driver_close" : "nobody"))
          .contains("Object 0x" + Long.toHexString(object))
          .contains("Object   " + Long.toHexString(object) + ":")
          .contains("Redzone  ");
      assertThat(cache.check()).as("mended").isZero();
      machine.log().clear();
      slab.memory().putByte(object + offset, (byte) 0x41);
      trigger.accept(slab);
      if (whileFree) {
        assertThat(cache.alloc(cpu, GFP)).isEqualTo(object);
      } else {
        assertThat(cache.free(cpu, object)).isTrue();
      }
      assertThat(log(machine)).contains("BUG checked (Not tainted): " + what);
      assertThat(cache.check()).as("mended").isZero();
      assertThat(machine.invariants()).isEmpty();
    }
  }

  @Test
  void writesAroundAndIntoFreeObjectsAreReported() {
    expectReport("Left Redzone overwritten", false, -1, slab -> {});
    expectReport("Left Redzone overwritten", false, -8, slab -> {});
    expectReport("Object padding overwritten", false, 44, slab -> {});
    expectReport("Right Redzone overwritten", false, 48, slab -> {});
    expectReport("Right Redzone overwritten", true, 55, slab -> {});
    expectReport("Poison overwritten", true, 0, slab -> {});
    expectReport("Poison overwritten", true, 43, slab -> {});
  }

  @Test
  void objectsInUseArePoisonedAndUsersAreFound() {
    try (Machine machine = SlabMachines.small("slab_debug ZPU,kmalloc-*")) {
      SlabAllocator slab = machine.slab();
      Cpu cpu = machine.cpu(0);
      long object = DriverOfTests.open(slab, cpu);
      assertThat(slab.memory().getByte(object)).isEqualTo(ObjectChecks.POISON_IN_USE);
      slab.on(cpu).callSite("by label");
      assertThat(slab.kzalloc(cpu, 64, GFP)).isNotZero();
      assertThat(slab.kzalloc(cpu, 64, GFP)).isNotZero();
      List<Leaks> leaks =
          slab.leaks().stream().filter(leak -> leak.cache().equals("kmalloc-64")).toList();
      assertThat(leaks).extracting(Leaks::objects).containsExactly(2L, 1L);
      assertThat(leaks.getFirst().allocatedBy()).isEqualTo("by label");
      assertThat(leaks.getLast().allocatedBy()).startsWith("dev.quarry.kernel.DriverOfTests.open:");
      assertThat(slab.cache("kmem_cache").orElseThrow().checked()).isNull();
      assertThat(machine.invariants()).isEmpty();
    }
  }

  @Test
  void aCacheWithObjectsInUseIsNotDestroyed() {
    try (Machine machine = SlabMachines.small()) {
      SlabAllocator slab = machine.slab();
      Cpu cpu = machine.cpu(0);
      KmemCache cache =
          slab.createCache(cpu, CacheSpec.of("dentry", 200).with(SlabFlags.STORE_USER));
      slab.on(cpu).callSite("d_alloc");
      long object = cache.alloc(cpu, GFP);
      List<LiveObject> live = slab.destroyCache(cpu, cache);
      assertThat(live).extracting(LiveObject::address).containsExactly(object);
      assertThat(log(machine))
          .contains("BUG dentry (Not tainted): Objects remaining on kmem_cache_destroy()")
          .contains("Allocated in d_alloc")
          .contains("kmem_cache_destroy dentry: Slab cache still has 1 objects");
      assertThat(slab.cache("dentry")).isPresent();
      assertThat(cache.free(cpu, object)).isTrue();
      assertThat(slab.destroyCache(cpu, cache)).isEmpty();
      assertThat(slab.cache("dentry")).isEmpty();
      assertThat(machine.invariants()).isEmpty();
    }
  }

  @Test
  void cachesThatCannotBeAreRefused() {
    try (Machine machine = SlabMachines.small()) {
      SlabAllocator slab = machine.slab();
      Cpu cpu = machine.cpu(0);
      refused(slab, cpu, CacheSpec.of("", 8), "a name is one word");
      refused(slab, cpu, CacheSpec.of("a b", 8), "a name is one word");
      refused(slab, cpu, CacheSpec.of("a", 7), "objects of 7 bytes are not 8 to 4194304");
      refused(slab, cpu, CacheSpec.of("a", 5 << 20), "objects of 5242880 bytes");
      refused(slab, cpu, CacheSpec.of("a", 8).aligned(24), "alignment 24 is not a power of two");
      refused(slab, cpu, CacheSpec.of("a", 8).aligned(8192), "alignment 8192");
      refused(slab, cpu, CacheSpec.of("a", 8).with(1), "flags 0x1 mean nothing");
      assertThat(log(machine)).isEmpty();
      refused(slab, cpu, CacheSpec.of("a", 7).with(SlabFlags.PANIC), "objects of 7 bytes");
      assertThat(log(machine)).contains("Kernel panic - not syncing", "Failed to create slab 'a'");
      refused(slab, cpu, CacheSpec.of("kmalloc-64", 8), "there is a cache of this name already");
      assertThat(machine.invariants()).isEmpty();
    }
    try (Machine machine = SlabMachines.small("contents none")) {
      assertThatThrownBy(machine::slab).hasMessageContaining("contents=none");
    }
  }

  private static void refused(SlabAllocator slab, Cpu cpu, CacheSpec spec, String message) {
    assertThatThrownBy(() -> slab.createCache(cpu, spec))
        .isInstanceOf(CacheException.class)
        .hasMessageContaining(message);
  }
}
