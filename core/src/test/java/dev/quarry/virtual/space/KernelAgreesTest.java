package dev.quarry.virtual.space;

import static dev.quarry.virtual.space.MapFlags.*;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.quarry.kernel.Machine;
import dev.quarry.physical.Shrink;
import dev.quarry.virtual.PageTableLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The same calls to the kernel that runs this test: results, error numbers and areas agree. */
class KernelAgreesTest {
  /** A window far from everything that a JVM has. */
  private static final long BASE = 0x0000_1234_0000_0000L;

  private static final int PAGES = 24;

  /** Calls reach a little further. */
  private static final long BEYOND = BASE + (PAGES + 64 << 12);

  private static final long ANON = MAP_ANONYMOUS | MAP_FIXED;

  /** A call as numbers. */
  private record Call(long number, long a, long b, long c, long d, long e) {
    @Override
    public String toString() {
      String name =
          switch ((int) number) {
            case 9 -> "mmap";
            case 10 -> "mprotect";
            case 11 -> "munmap";
            case 25 -> "mremap";
            case 26 -> "msync";
            case 28 -> "madvise";
            case 150 -> "munlock";
            default -> "mlock2";
          };
      return String.format("%s(0x%x, 0x%x, 0x%x, 0x%x, 0x%x)", name, a, b, c, d, e);
    }
  }

  @BeforeAll
  static void aKernelLikeOurs() throws Exception {
    String release = System.getProperty("os.version");
    boolean linux = Files.exists(Path.of("/proc/self/smaps"));
    boolean recent = release.matches("(6\\.1[89]|6\\.2\\d|[789]\\.).*");
    boolean x86 = System.getProperty("os.arch").equals("amd64");
    assumeTrue(linux && recent && x86, "not a Linux 6.18 or later on x86-64: " + release);
    boolean heuristic = Files.readString(Path.of("/proc/sys/vm/overcommit_memory")).startsWith("0");
    assumeTrue(heuristic, "vm.overcommit_memory is not 0");
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void onRandomCalls(long seed) {
    List<Call> calls = draw(new Random(seed), 300);
    String wrong = play(calls);
    if (wrong != null) {
      List<Call> few = Shrink.shrink(calls, shorter -> play(shorter) != null);
      throw new AssertionError("seed " + seed + ": " + few + "\n" + play(few));
    }
  }

  private static List<Call> draw(Random random, int count) {
    List<Call> calls = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      long from = random.nextInt(PAGES);
      long pages = 1 + random.nextInt(random.nextInt(4) == 0 ? 12 : 3);
      long at = BASE + (from << 12) + (random.nextInt(40) == 0 ? 512 : 0);
      long bytes = (pages << 12) - (random.nextInt(4) == 0 ? 100 : 0);
      long prot = random.nextInt(4) == 0 ? random.nextInt(8) : 3;
      calls.add(
          switch (random.nextInt(16)) {
            case 0, 1, 2, 3 -> new Call(HostCalls.MMAP, at, bytes, prot, mapFlags(random), 0);
            case 4, 5 -> new Call(HostCalls.MUNMAP, at, bytes, 0, 0, 0);
            case 6, 7, 8 -> new Call(HostCalls.MPROTECT, at, bytes, prot, 0, 0);
            case 9, 10, 11 -> remap(random, at, bytes);
            case 12, 13 -> new Call(HostCalls.MADVISE, at, bytes, advice(random), 0, 0);
            case 14 -> new Call(HostCalls.MLOCK2, at, bytes, random.nextInt(3), 0, 0);
            default ->
                random.nextBoolean()
                    ? new Call(HostCalls.MUNLOCK, at, bytes, 0, 0, 0)
                    : new Call(HostCalls.MSYNC, at, bytes, random.nextInt(9), 0, 0);
          });
    }
    return calls;
  }

  private static long mapFlags(Random random) {
    long flags =
        switch (random.nextInt(12)) {
          case 0 -> MAP_SHARED | ANON;
          case 1 -> MAP_PRIVATE | ANON | MAP_NORESERVE;
          case 2 -> MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE;
          case 3 -> MAP_PRIVATE | ANON | MAP_LOCKED;
          case 4 -> MAP_PRIVATE | ANON | MAP_STACK;
          case 5 -> MAP_SHARED_VALIDATE | ANON;
          default -> MAP_PRIVATE | ANON;
        };
    return random.nextInt(3) == 0 ? flags | MAP_POPULATE : flags;
  }

  private static long advice(Random random) {
    int[] numbers = {0, 1, 2, 3, 4, 8, 10, 11, 16, 17, 18, 19, 20, 21, 22, 23, 24, 9, 5};
    return numbers[random.nextInt(numbers.length)];
  }

  private static Call remap(Random random, long at, long bytes) {
    long flags = random.nextInt(9) == 0 ? random.nextInt(9) : MREMAP_MAYMOVE | MREMAP_FIXED;
    if (random.nextInt(5) == 0) {
      flags = 0; // in place
    } else if (random.nextInt(5) == 0) {
      flags |= MREMAP_DONTUNMAP;
    }
    long other = random.nextInt(3) == 0 ? bytes + (random.nextInt(7) - 3 << 12) : bytes;
    long to = BASE + ((long) random.nextInt(PAGES) << 12);
    return new Call(HostCalls.MREMAP, at, bytes, other, flags, to);
  }

  private static @Nullable String play(List<Call> calls) {
    try (Machine machine = SpaceMachines.of(PageTableLayout.X86_64)) {
      Space space = new Space(machine);
      space.process.limits().privileged(isRoot());
      space.mm.spaces().settings().mmapMinAddr(65536);
      HostCalls.call(HostCalls.MUNMAP, BASE, BEYOND - BASE, 0, 0, 0, 0);
      for (int i = 0; i < calls.size(); i++) {
        boolean withFlags = i % 50 == 49 || i == calls.size() - 1;
        String wrong = play(space, calls.get(i), withFlags);
        if (wrong != null) {
          return "call " + i + " " + calls.get(i) + ": " + wrong;
        }
      }
      return null;
    } finally {
      HostCalls.call(HostCalls.MUNMAP, BASE, BEYOND - BASE, 0, 0, 0, 0);
    }
  }

  private static boolean isRoot() {
    return "root".equals(System.getProperty("user.name"));
  }

  private static @Nullable String play(Space space, Call call, boolean withFlags) {
    boolean map = call.number == HostCalls.MMAP;
    long host = HostCalls.call(call.number, call.a, call.b, call.c, call.d, map ? -1 : call.e, 0);
    long ours = ours(space, call);
    if (isElsewhere(host) && isElsewhere(ours)) {
      long bytes = map ? call.b : call.c;
      HostCalls.call(HostCalls.MUNMAP, host, bytes, 0, 0, 0, 0);
      space.calls.munmap(ours, bytes);
    } else if (host != ours) {
      return "the kernel says " + Errno.text(host) + ", Quarry " + Errno.text(ours);
    }
    List<String> findings = space.findings();
    if (!findings.isEmpty()) {
      return findings.toString();
    }
    List<String> expected = HostCalls.areas(BASE, BEYOND, withFlags);
    List<String> found = HostCalls.areas(space.mm, BASE, BEYOND, withFlags);
    return expected.equals(found)
        ? null
        : "the kernel has\n  "
            + String.join("\n  ", expected)
            + "\nQuarry has\n  "
            + String.join("\n  ", found);
  }

  /** Where the kernel chooses, it has other neighbours than we have. */
  private static boolean isElsewhere(long result) {
    return result > 4096 && (result < BASE || result >= BEYOND);
  }

  private static long ours(Space space, Call call) {
    return switch ((int) call.number) {
      case 9 -> space.calls.mmap(call.a, call.b, call.c, call.d, -1, 0);
      case 10 -> space.calls.mprotect(call.a, call.b, call.c);
      case 11 -> space.calls.munmap(call.a, call.b);
      case 25 -> space.calls.mremap(call.a, call.b, call.c, call.d, call.e);
      case 26 -> space.calls.msync(call.a, call.b, call.c);
      case 28 -> space.calls.madvise(call.a, call.b, call.c);
      case 150 -> space.calls.munlock(call.a, call.b);
      default -> space.calls.mlock2(call.a, call.b, call.c);
    };
  }
}
