package dev.quarry.virtual.space;

import static dev.quarry.virtual.space.MapFlags.*;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.quarry.kernel.Machine;
import dev.quarry.machine.MachineSpecReader;
import dev.quarry.physical.Shrink;
import dev.quarry.virtual.fault.RemoteAccess.IoVec;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The same calls and accesses on areas with huge pages, to Quarry and to the kernel that runs this
 * test: results, contents, which pages mincore has, and what smaps says of each area agree. Memory
 * is accessed by process_vm_readv and process_vm_writev, which refuse what would be a signal.
 */
class HugeKernelAgreesTest {
  /** A window far from everything that a JVM has, of whole huge pages. */
  private static final long BASE = 0x0000_1236_0000_0000L;

  private static final int PAGES = 4 * 512;
  private static final long END = BASE + ((long) PAGES << 12);
  private static final long SCRATCH = 0x0000_1237_0000_0000L;
  private static final long ANON = MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED;
  private static final long READV = 310;
  private static final long WRITEV = 311;
  private static final long THP = 1L << 32;
  private static final Path SETTINGS = Path.of("/sys/kernel/mm/transparent_hugepage");
  private static final List<String> LINES =
      List.of("Rss:", "Anonymous:", "AnonHugePages:", "THPeligible:");

  /** A call as numbers; READV and WRITEV have an address and a value. */
  private record Call(long number, long a, long b, long c, long d, long e) {
    @Override
    public String toString() {
      return String.format("%d(0x%x, 0x%x, 0x%x, 0x%x, 0x%x)", number, a, b, c, d, e);
    }
  }

  @BeforeAll
  static void aKernelLikeOurs() throws Exception {
    String release = System.getProperty("os.version");
    boolean recent = release.matches("(6\\.1[89]|6\\.2\\d|[789]\\.).*");
    boolean x86 = System.getProperty("os.arch").equals("amd64");
    assumeTrue(recent && x86, "not a Linux 6.18 or later on x86-64: " + release);
    assumeTrue(Files.exists(SETTINGS.resolve("enabled")), "no transparent huge pages here");
    String enabled = Files.readString(SETTINGS.resolve("enabled"));
    String defrag = Files.readString(SETTINGS.resolve("defrag"));
    assumeTrue(enabled.contains("[madvise]"), "huge pages here are " + enabled.strip());
    assumeTrue(defrag.contains("[madvise]"), "defrag here is " + defrag.strip());
  }

  @ParameterizedTest
  @ValueSource(longs = {21, 22, 23, 24})
  void onRandomCalls(long seed) throws IOException {
    List<Call> calls = draw(new Random(seed), 120);
    long before = hostCounts();
    String wrong = play(calls);
    assumeTrue(before == hostCounts(), "the kernel had no huge page, or khugepaged was at work");
    if (wrong != null) {
      List<Call> few = Shrink.shrink(calls, shorter -> play(shorter) != null);
      throw new AssertionError("seed " + seed + ": " + few + "\n" + play(few));
    }
  }

  /** What happens to the kernel's huge pages behind our back. */
  private static long hostCounts() throws IOException {
    long fallbacks =
        Files.readAllLines(Path.of("/proc/vmstat")).stream()
            .filter(line -> line.startsWith("thp_fault_fallback "))
            .mapToLong(line -> Long.parseLong(line.substring(line.indexOf(' ') + 1)))
            .sum();
    String collapsed = Files.readString(SETTINGS.resolve("khugepaged/pages_collapsed")).strip();
    return fallbacks + Long.parseLong(collapsed);
  }

  private static List<Call> draw(Random random, int count) {
    List<Call> calls = new ArrayList<>();
    calls.add(new Call(HostCalls.MMAP, BASE, END - BASE, 3, ANON, 0));
    calls.add(new Call(HostCalls.MADVISE, BASE, END - BASE, 14, 0, 0));
    for (int i = 0; i < count; i++) {
      int page = random.nextInt(PAGES);
      int pages = 1 + random.nextInt(random.nextInt(3) == 0 ? 800 : 30);
      if (random.nextInt(3) == 0) {
        page &= -512;
        pages = 512 * (1 + random.nextInt(2));
      }
      pages = Math.min(pages, PAGES - page);
      long at = BASE + ((long) page << 12);
      long bytes = (long) pages << 12;
      long prot = random.nextInt(4) == 0 ? random.nextInt(4) : 3;
      calls.add(
          switch (random.nextInt(20)) {
            case 0 -> new Call(HostCalls.MMAP, at, bytes, prot, ANON, 0);
            case 1 -> new Call(HostCalls.MUNMAP, at, bytes, 0, 0, 0);
            case 2, 3 -> new Call(HostCalls.MPROTECT, at, bytes, prot, 0, 0);
            case 4, 5 -> new Call(HostCalls.MREMAP, at, bytes, bytes, 3, to(random, page, pages));
            case 6, 7, 8, 9 -> new Call(HostCalls.MADVISE, at, bytes, advice(random), 0, 0);
            case 10, 11, 12, 13 -> new Call(READV, at, 0, 0, 0, 0);
            default -> new Call(WRITEV, at, random.nextInt(1 << 20), 0, 0, 0);
          });
    }
    return calls;
  }

  private static long to(Random random, int page, int pages) {
    int to = random.nextInt(PAGES - pages + 1);
    boolean aligned = random.nextBoolean();
    int fitting = (to & -512) + (page & 511);
    return BASE + ((long) (aligned && fitting + pages <= PAGES ? fitting : to) << 12);
  }

  private static long advice(Random random) {
    int[] numbers = {4, 4, 8, 14, 14, 15, 20, 25, 25, 22, 23};
    return numbers[random.nextInt(numbers.length)];
  }

  private static @Nullable String play(List<Call> calls) {
    String spec = "ram 128M\ntransparent_hugepage madvise\nsysctl vm.min_free_kbytes=512\n";
    try (Machine machine = Machine.boot(MachineSpecReader.read("test", spec))) {
      Space space = new Space(machine);
      space.calls.mmap(SCRATCH, 4096, 3, ANON, -1, 0);
      HostCalls.call(HostCalls.MUNMAP, BASE, END - BASE, 0, 0, 0, 0);
      for (int i = 0; i < calls.size(); i++) {
        String wrong = play(space, calls.get(i), i % 4 == 3 || i == calls.size() - 1);
        if (wrong != null) {
          return "call " + i + " " + calls.get(i) + ": " + wrong;
        }
      }
      return null;
    } finally {
      HostCalls.call(HostCalls.MUNMAP, BASE, END - BASE, 0, 0, 0, 0);
    }
  }

  private static @Nullable String play(Space space, Call call, boolean withUsage) {
    long host = host(call);
    long ours = ours(space, call);
    if (host != ours) {
      return "the kernel says " + host + ", Quarry " + ours;
    }
    List<String> findings = space.machine.invariants();
    if (!findings.isEmpty()) {
      return findings.toString();
    }
    if (!withUsage) {
      return null;
    }
    List<String> expected = usage(smapsOfHost());
    List<String> found = usage(space.machine.files().read("/proc/1/smaps").orElseThrow());
    if (!expected.equals(found)) {
      return "the kernel has\n  "
          + String.join("\n  ", expected)
          + "\nQuarry has\n  "
          + String.join("\n  ", found);
    }
    return null;
  }

  private static String smapsOfHost() {
    try {
      return Files.readString(Path.of("/proc/self/smaps"));
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The areas of the window with some of their lines. */
  private static List<String> usage(String smaps) {
    List<String> found = new ArrayList<>();
    boolean inside = false;
    for (String line : smaps.split("\n")) {
      if (line.matches("[0-9a-f]+-[0-9a-f]+ .*")) {
        long start = Long.parseUnsignedLong(line.substring(0, line.indexOf('-')), 16);
        inside = start >= BASE && start < END;
        if (inside) {
          found.add(line.split(" ")[0] + " " + line.split(" ")[1]);
        }
      } else if (inside && LINES.contains(line.split(" ")[0])) {
        found.set(found.size() - 1, found.getLast() + " " + line.replaceAll(" +", ""));
      }
    }
    return found;
  }

  private static long host(Call call) {
    if (call.number != READV && call.number != WRITEV) {
      boolean map = call.number == HostCalls.MMAP;
      return HostCalls.call(call.number, call.a, call.b, call.c, call.d, map ? -1 : call.e, 0);
    }
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment value = arena.allocate(8);
      value.set(ValueLayout.JAVA_LONG, 0, call.b);
      MemorySegment vectors = arena.allocate(32, 8);
      vectors.set(ValueLayout.JAVA_LONG, 0, value.address());
      vectors.set(ValueLayout.JAVA_LONG, 8, 8);
      vectors.set(ValueLayout.JAVA_LONG, 16, call.a);
      vectors.set(ValueLayout.JAVA_LONG, 24, 8);
      long pid = ProcessHandle.current().pid();
      long local = vectors.address();
      long result = HostCalls.call(call.number, pid, local, 1, local + 16, 1, 0);
      return result == 8 ? THP + value.get(ValueLayout.JAVA_LONG, 0) : result;
    }
  }

  private static long ours(Space space, Call call) {
    List<IoVec> own = List.of(new IoVec(SCRATCH, 8));
    List<IoVec> other = List.of(new IoVec(call.a, 8));
    return switch ((int) call.number) {
      case 9 -> space.calls.mmap(call.a, call.b, call.c, call.d, -1, 0);
      case 10 -> space.calls.mprotect(call.a, call.b, call.c);
      case 11 -> space.calls.munmap(call.a, call.b);
      case 25 -> space.calls.mremap(call.a, call.b, call.c, call.d, call.e);
      case 28 -> space.calls.madvise(call.a, call.b, call.c);
      case 310 -> value(space, space.calls.processVmReadv(space.process, own, other));
      default -> {
        space.process.store(space.cpu, SCRATCH, 8, call.b);
        yield value(space, space.calls.processVmWritev(space.process, own, other));
      }
    };
  }

  private static long value(Space space, long result) {
    return result == 8 ? THP + space.process.load(space.cpu, SCRATCH, 8) : result;
  }
}
