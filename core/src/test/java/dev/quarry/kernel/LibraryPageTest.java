package dev.quarry.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quarry.machine.Cpu;
import dev.quarry.machine.MachineSpecReader;
import dev.quarry.physical.Gfp;
import dev.quarry.reclaim.Shrinker;
import dev.quarry.slab.CacheSpec;
import dev.quarry.slab.KmemCache;
import dev.quarry.slab.SlabFlags;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/**
 * The code of {@code docs/library.md}: it stands here too, line by line, and runs. What differs is
 * named.
 */
class LibraryPageTest {
  private static final Pattern CODE = Pattern.compile("(?ms)^```java\n(.*?)^```$");
  private static final String MACHINE = "memory 0-64M\ncpus 0-3\nzone Normal\nkmalloc fine";

  @Test
  void thePageShowsWhatRunsHere() throws IOException {
    Path root = Path.of("").toAbsolutePath().getParent();
    String own = "core/src/test/java/" + LibraryPageTest.class.getName().replace('.', '/');
    String here = flat(Files.readString(root.resolve(own + ".java")));
    Matcher code = CODE.matcher(Files.readString(root.resolve("docs/library.md")));
    int blocks = 0;
    while (code.find()) {
      assertThat(here).contains(flat(code.group(1)));
      blocks++;
    }
    assertThat(blocks).isEqualTo(7);
  }

  /** Without the indentation. */
  private static String flat(String text) {
    return text.replaceAll("(?m)^ +", "");
  }

  private static Machine boot() {
    return Machine.boot(MachineSpecReader.read("library", MACHINE));
  }

  @Test
  void segments() {
    String spec = "memory 0-64M\ncpus 0-3\nzone Normal\nkmalloc fine";
    try (Machine machine = Machine.boot(MachineSpecReader.read("mine", spec));
        Arena lifetime = Arena.ofConfined()) {
      SlabSegments segments = new SlabSegments(machine, machine.cpu(0), Gfp.GFP_KERNEL, lifetime);
      MemorySegment order = segments.allocate(40);
      order.set(ValueLayout.JAVA_LONG, 0, 4711);
      segments.free(order);
      assertThat(machine.invariants()).isEmpty();
    }
  }

  @Test
  void arena() {
    try (Machine machine = boot()) {
      Cpu cpu = machine.cpu(0);
      try (KernelArena arena = new KernelArena(machine, cpu, Gfp.GFP_KERNEL)) {
        MemorySegment name = arena.allocateFrom("Quarry");
        MemorySegment table = arena.allocate(ValueLayout.JAVA_LONG, 1000);
        table.setAtIndex(ValueLayout.JAVA_LONG, 999, name.byteSize());
      }
      assertThat(machine.invariants()).isEmpty();
    }
  }

  @Test
  void threads() throws InterruptedException {
    try (Machine machine = boot()) {
      CpuBinding binding = new CpuBinding(machine.cpus());
      Runnable work =
          () -> {
            Cpu cpu = binding.current();
            try (KernelArena arena = new KernelArena(machine, cpu, Gfp.GFP_KERNEL)) {
              arena.allocate(1 << 16).fill((byte) 1);
            } finally {
              binding.release();
            }
          };
      Thread one = Thread.ofPlatform().start(work);
      Thread two = Thread.ofPlatform().start(work);
      one.join();
      two.join();
      assertThat(machine.invariants()).isEmpty();
    }
  }

  @Test
  void namedCaches() {
    try (Machine machine = boot()) {
      Cpu cpu = machine.cpu(0);
      CacheSpec spec = CacheSpec.of("session", 200).with(SlabFlags.RED_ZONE | SlabFlags.POISON);
      KmemCache sessions = machine.slab().createCache(cpu, spec);
      long session = sessions.alloc(cpu, Gfp.GFP_KERNEL);
      String slabinfo = machine.files().read("/proc/slabinfo").orElseThrow();
      sessions.free(cpu, session);
      sessions.free(cpu, session); // the second time: reported, and refused
      String report = String.join("\n", machine.log().lines());
      assertThat(slabinfo).containsPattern("session +1 ");
      assertThat(report).contains("session");
      assertThat(machine.slab().misuses()).isEqualTo(1);
    }
  }

  @Test
  void aLimit() {
    try (Machine machine = boot();
        Arena lifetime = Arena.ofConfined()) {
      Cpu cpu = machine.cpu(0);
      SlabSegments segments = new SlabSegments(machine, cpu, Gfp.GFP_ATOMIC, lifetime);
      Deque<MemorySegment> held = new ArrayDeque<>();
      try {
        while (true) {
          held.add(segments.allocate(1 << 20));
        }
      } catch (OutOfMemoryError e) {
        // the kernel's: zones, marks, free blocks by order
        String report = String.join("\n", machine.log().lines());
        held.forEach(segments::free);
        assertThat(report).contains("page allocation failure: order:8");
      }
      assertThat(held.size()).isGreaterThan(40);
      assertThat(machine.invariants()).isEmpty();
    }
  }

  @Test
  void aCacheThatGivesWay() {
    try (Machine machine = boot();
        Arena lifetime = Arena.ofConfined()) {
      Cpu cpu = machine.cpu(0);
      SlabSegments segments = new SlabSegments(machine, cpu, Gfp.GFP_KERNEL, lifetime);
      Deque<MemorySegment> cached = new ArrayDeque<>();
      machine
          .reclaim()
          .add(
              new Shrinker() {
                @Override
                public long count() {
                  return cached.size();
                }

                @Override
                public long scan(long objects) {
                  long freed = 0;
                  while (freed < objects && !cached.isEmpty()) {
                    segments.free(cached.removeFirst());
                    freed++;
                  }
                  return freed;
                }
              });
      for (int i = 0; i < 100_000; i++) {
        cached.add(segments.allocate(4096)); // never fails: the oldest ones go
      }
      assertThat(cached.size()).isBetween(1_000, 16_000);
      assertThat(machine.invariants()).isEmpty();
    }
  }

  @Test
  void daemons() {
    try (Machine machine = boot()) {
      Cpu cpu = machine.cpu(0);
      machine.startDaemons(); // one CPU more than threads that use the machine
      cpu.hold();
      try (KernelArena arena = new KernelArena(machine, cpu, Gfp.GFP_KERNEL)) {
        arena.allocate(1 << 20).fill((byte) 1);
      }
      String pressure = machine.files().read("/proc/pressure/memory").orElseThrow();
      cpu.release();
      assertThat(pressure).startsWith("some avg10=0.00 ");
    }
  }
}
