package dev.quarry.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.quarry.machine.Cpu;
import dev.quarry.machine.MachineSpecReader;
import dev.quarry.physical.Gfp;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Segments over kmalloc: as long as was asked for, aligned, apart from each other, gone when freed.
 */
class SegmentsTest {
  private static final int LARGEST_BYTES = 4 << 20;

  private static Machine boot(String settings) {
    String spec = "memory 0-64M\ncpus 0-1\nzone Normal\n" + settings;
    return Machine.boot(MachineSpecReader.read("segments", spec));
  }

  private static KernelArena arena(Machine machine) {
    return new KernelArena(machine, machine.cpu(0), Gfp.GFP_KERNEL);
  }

  @ParameterizedTest
  @ValueSource(strings = {"kmalloc course", "kmalloc older", "kmalloc linux", "kmalloc fine"})
  void everyAlignmentIsHonouredAndNothingOverlaps(String geometry) {
    try (Machine machine = boot(geometry)) {
      try (KernelArena arena = arena(machine)) {
        List<MemorySegment> all = new ArrayList<>();
        for (long alignment = 1; alignment <= 4096; alignment *= 2) {
          for (long bytes : new long[] {1, 7, 24, 40, 100, 250, 1000, 3000, 5000}) {
            MemorySegment segment = arena.allocate(bytes, alignment);
            assertThat(segment.byteSize()).isEqualTo(bytes);
            assertThat(segment.address() % alignment)
                .as("%d bytes by %d", bytes, alignment)
                .isZero();
            segment.fill((byte) all.size());
            all.add(segment);
          }
        }
        for (int i = 0; i < all.size(); i++) {
          byte[] bytes = all.get(i).toArray(ValueLayout.JAVA_BYTE);
          assertThat(bytes).as("segment %d", i).containsOnly((byte) i);
        }
        assertThat(arena.live()).isEqualTo(all.size());
      }
      assertThat(machine.slab().misuses()).isZero();
      assertThat(machine.invariants()).isEmpty();
    }
  }

  /** Of all caches; after a reap, so that descriptors of free slabs do not count. */
  private static long objectsInUse(Machine machine) {
    machine.slab().reap();
    return machine.slab().caches().stream().mapToLong(c -> c.statistics().activeObjects()).sum();
  }

  @Test
  void randomSegmentsKeepTheirBytesAndNothingLeaks() {
    long seed = 20_250_601;
    Random random = new Random(seed);
    try (Machine machine = boot("kmalloc fine");
        Arena lifetime = Arena.ofConfined()) {
      SlabSegments segments = new SlabSegments(machine, machine.cpu(0), Gfp.GFP_KERNEL, lifetime);
      long before = objectsInUse(machine);
      List<MemorySegment> live = new ArrayList<>();
      for (int i = 0; i < 20_000; i++) {
        if (live.size() < 300 && random.nextInt(100) < 55) {
          long bytes = 8 + random.nextInt(1 << random.nextInt(4, 16));
          MemorySegment segment = segments.allocate(bytes, 1L << random.nextInt(0, 8));
          segment.fill((byte) bytes);
          live.add(segment);
        } else if (!live.isEmpty()) {
          int victim = random.nextInt(live.size());
          MemorySegment segment = live.get(victim);
          live.set(victim, live.getLast());
          live.removeLast();
          byte mark = (byte) segment.byteSize();
          assertThat(segment.get(ValueLayout.JAVA_BYTE, 0)).as("seed %d", seed).isEqualTo(mark);
          assertThat(segment.get(ValueLayout.JAVA_BYTE, segment.byteSize() - 1)).isEqualTo(mark);
          segments.free(segment);
        }
      }
      live.forEach(segments::free);
      assertThat(objectsInUse(machine)).isEqualTo(before);
      assertThat(machine.invariants()).isEmpty();
      assertThat(machine.slab().misuses()).isZero();
    }
  }

  @Test
  void aSegmentIsAsLongAsWasAskedFor() {
    try (Machine machine = boot("");
        KernelArena arena = arena(machine)) {
      MemorySegment segment = arena.allocate(20);
      segment.set(ValueLayout.JAVA_INT, 16, 1);
      assertThatThrownBy(() -> segment.set(ValueLayout.JAVA_INT, 20, 1))
          .isInstanceOf(IndexOutOfBoundsException.class);
      assertThat(arena.allocateFrom("vm_area_struct").getString(0)).isEqualTo("vm_area_struct");
    }
  }

  @Test
  void withZeroSegmentsAreCleared() {
    try (Machine machine = boot("")) {
      try (KernelArena dirty = arena(machine)) {
        dirty.allocate(500).fill((byte) 1);
      }
      try (KernelArena arena =
          new KernelArena(machine, machine.cpu(0), Gfp.GFP_KERNEL | Gfp.ZERO)) {
        assertThat(arena.allocate(500).toArray(ValueLayout.JAVA_BYTE)).containsOnly((byte) 0);
      }
    }
  }

  @Test
  void noBytesAreNoMemory() {
    try (Machine machine = boot("");
        KernelArena arena = arena(machine)) {
      MemorySegment nothing = arena.allocate(0, 64);
      assertThat(nothing.byteSize()).isZero();
      assertThat(nothing.address() % 64).isZero();
      assertThat(arena.live()).isZero();
    }
  }

  @Test
  void whatCannotBeIsRefusedWithBothNumbers() {
    try (Machine machine = boot("");
        KernelArena arena = arena(machine)) {
      assertThatThrownBy(() -> arena.allocate(LARGEST_BYTES + 1))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("4194305 bytes are more than the 4194304 of the largest block of pages");
      assertThatThrownBy(() -> arena.allocate(Long.MAX_VALUE))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageEndingWith("4194304 of the largest block of pages");
      assertThatThrownBy(() -> arena.allocate(-1, 1)).hasMessage("-1 bytes are less than 0");
      for (long alignment : new long[] {0, -8, 24, 8192, Long.MIN_VALUE}) {
        assertThatThrownBy(() -> arena.allocate(8, alignment))
            .isInstanceOf(IllegalArgumentException.class)
            .hasMessage(
                "alignment "
                    + alignment
                    + " is not a power of two from 1 to the page's 4096 bytes");
      }
      assertThat(arena.live()).isZero();
    }
  }

  @Test
  void anExhaustedMachineSaysSoAndRecovers() {
    try (Machine machine = boot("")) {
      try (KernelArena arena = arena(machine)) {
        assertThatThrownBy(
                () -> {
                  for (int i = 0; i < 17; i++) {
                    arena.allocate(LARGEST_BYTES);
                  }
                })
            .isInstanceOf(OutOfMemoryError.class)
            .hasMessage("the machine has no 4194304 bytes for kmalloc");
        assertThat(arena.live()).isBetween(10L, 16L);
      }
      try (KernelArena arena = arena(machine)) {
        assertThat(arena.allocate(LARGEST_BYTES).byteSize()).isEqualTo(LARGEST_BYTES);
      }
      assertThat(machine.invariants()).isEmpty();
    }
  }

  @Test
  void afterCloseNothingCanBeUsed() {
    try (Machine machine = boot("")) {
      KernelArena arena = arena(machine);
      MemorySegment segment = arena.allocate(64);
      arena.close();
      assertThat(arena.live()).isZero();
      assertThat(arena.scope().isAlive()).isFalse();
      assertThatThrownBy(() -> segment.get(ValueLayout.JAVA_BYTE, 0))
          .isInstanceOf(IllegalStateException.class);
      assertThatThrownBy(() -> arena.allocate(8))
          .isInstanceOf(IllegalStateException.class)
          .hasMessage("the arena is closed");
      assertThatThrownBy(arena::close).isInstanceOf(IllegalStateException.class);
      assertThat(machine.slab().misuses()).isZero();
    }
  }

  @Test
  void misuseIsCaught() {
    try (Machine machine = boot("");
        Arena lifetime = Arena.ofConfined()) {
      SlabSegments segments = new SlabSegments(machine, machine.cpu(0), Gfp.GFP_KERNEL, lifetime);
      long before = objectsInUse(machine);
      MemorySegment segment = segments.allocate(64);
      assertThatThrownBy(() -> segments.free(segment.asSlice(8)))
          .hasMessageMatching("no allocation of this machine begins at 0x[0-9a-f]+, .*");
      assertThatThrownBy(() -> segments.free(lifetime.allocate(64)))
          .isInstanceOf(IllegalArgumentException.class);
      segments.free(segment);
      assertThatThrownBy(() -> segments.free(segment)).isInstanceOf(IllegalArgumentException.class);
      assertThat(objectsInUse(machine)).isEqualTo(before);
      assertThat(machine.slab().misuses()).isEqualTo(3);
    }
  }

  @Test
  void anotherThreadIsRefused() {
    try (Machine machine = boot("");
        KernelArena arena = arena(machine)) {
      MemorySegment segment = arena.allocate(64);
      for (Runnable use :
          List.<Runnable>of(
              () -> arena.allocate(8),
              () -> arena.allocate(8, 64),
              () -> segment.get(ValueLayout.JAVA_BYTE, 0),
              arena::close)) {
        assertThatThrownBy(() -> CompletableFuture.runAsync(use).join())
            .isInstanceOf(CompletionException.class)
            .hasCauseInstanceOf(WrongThreadException.class);
      }
      assertThat(arena.live()).isEqualTo(1);
    }
  }

  @Test
  void aCpuThatAnotherThreadHoldsIsRefused() {
    try (Machine machine = boot("");
        var other = Executors.newSingleThreadExecutor()) {
      Cpu cpu = machine.cpu(1);
      CompletableFuture.runAsync(cpu::hold, other).join();
      assertThatThrownBy(() -> new KernelArena(machine, cpu, Gfp.GFP_KERNEL).close())
          .isInstanceOf(IllegalStateException.class)
          .hasMessageStartingWith("CPU 1 is held by another thread than ");
      CompletableFuture.runAsync(cpu::release, other).join();
    }
  }
}
