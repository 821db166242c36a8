package dev.quarry.virtual.space;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/** System calls of the kernel that runs this test, and the areas that it has in a window. */
final class HostCalls {
  static final long MMAP = 9;
  static final long MPROTECT = 10;
  static final long MUNMAP = 11;
  static final long MREMAP = 25;
  static final long MSYNC = 26;
  static final long MADVISE = 28;
  static final long MUNLOCK = 150;
  static final long MLOCK2 = 325;

  /** Flags that the kernel prints and that both sides have. */
  private static final Set<String> KNOWN =
      new TreeSet<>(
          Arrays.asList(
              "rd wr ex sh mr mw me ms gd lo sr rr dc de ac nr wf dd hg nh mg".split(" ")));

  private static final Pattern BOUNDS = Pattern.compile("[0-9a-f]+-[0-9a-f]+ ");

  private static final Linker LINKER = Linker.nativeLinker();
  private static final StructLayout STATE = Linker.Option.captureStateLayout();
  private static final VarHandle ERRNO =
      STATE.varHandle(MemoryLayout.PathElement.groupElement("errno"));
  private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG;
  private static final MethodHandle SYSCALL =
      LINKER.downcallHandle(
          LINKER.defaultLookup().findOrThrow("syscall"),
          FunctionDescriptor.of(LONG, LONG, LONG, LONG, LONG, LONG, LONG, LONG),
          Linker.Option.captureCallState("errno"),
          Linker.Option.firstVariadicArg(1));

  private HostCalls() {}

  /** The result, or the negated error number. */
  static long call(long number, long a, long b, long c, long d, long e, long f) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(STATE);
      long result = (long) SYSCALL.invokeExact(state, number, a, b, c, d, e, f);
      return result == -1 ? -(int) ERRNO.get(state, 0L) : result;
    } catch (Throwable t) {
      throw new IllegalStateException(t);
    }
  }

  /**
   * An area in one line: start, end, permissions, offset and, if asked for, flags; those are slow.
   */
  static List<String> areas(long from, long to, boolean withFlags) {
    List<String> found = new ArrayList<>();
    try {
      String file = withFlags ? "/proc/self/smaps" : "/proc/self/maps";
      boolean inside = false;
      for (String line : Files.readAllLines(Path.of(file))) {
        if (line.startsWith("VmFlags:") && inside) {
          TreeSet<String> flags = new TreeSet<>(Arrays.asList(line.substring(9).split(" ")));
          flags.retainAll(KNOWN);
          found.set(found.size() - 1, found.getLast() + " " + flags);
        } else if (BOUNDS.matcher(line).lookingAt()) {
          String[] words = line.split(" +");
          String[] bounds = words[0].split("-");
          long start = Long.parseUnsignedLong(bounds[0], 16);
          inside =
              Long.compareUnsigned(start, to) < 0
                  && Long.compareUnsigned(Long.parseUnsignedLong(bounds[1], 16), from) > 0;
          if (inside) {
            found.add(words[0] + " " + words[1] + " " + Long.parseLong(words[2], 16));
          }
        }
      }
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
    return found;
  }

  /** The same of an address space of ours. */
  static List<String> areas(MmStruct mm, long from, long to, boolean withFlags) {
    List<String> found = new ArrayList<>();
    VmAreaStruct areas = mm.areas;
    for (long vma = mm.firstArea(); vma != VmAreaStruct.NONE; vma = areas.next(vma)) {
      if (areas.start(vma) < to && areas.end(vma) > from) {
        StringBuilder line = new StringBuilder();
        MapsText.line(line, mm, vma);
        String[] words = line.toString().split(" +");
        String flags = withFlags ? " " + flags(areas.flags(vma)) : "";
        found.add(words[0] + " " + words[1] + " " + Long.parseLong(words[2], 16) + flags);
      }
    }
    return found;
  }

  private static TreeSet<String> flags(long flags) {
    TreeSet<String> names = new TreeSet<>();
    String[] low = "rd wr ex sh mr mw me ms gd".split(" ");
    for (int bit = 0; bit < low.length; bit++) {
      if ((flags & 1L << bit) != 0) {
        names.add(low[bit]);
      }
    }
    add(names, flags, VmFlags.LOCKED, "lo");
    add(names, flags, VmFlags.SEQ_READ, "sr");
    add(names, flags, VmFlags.RAND_READ, "rr");
    add(names, flags, VmFlags.DONTCOPY, "dc");
    add(names, flags, VmFlags.DONTEXPAND, "de");
    add(names, flags, VmFlags.ACCOUNT, "ac");
    add(names, flags, VmFlags.NORESERVE, "nr");
    add(names, flags, VmFlags.WIPEONFORK, "wf");
    add(names, flags, VmFlags.DONTDUMP, "dd");
    add(names, flags, VmFlags.HUGEPAGE, "hg");
    add(names, flags, VmFlags.NOHUGEPAGE, "nh");
    add(names, flags, VmFlags.MERGEABLE, "mg");
    return names;
  }

  private static void add(TreeSet<String> names, long flags, long flag, String name) {
    if ((flags & flag) != 0) {
      names.add(name);
    }
  }
}
