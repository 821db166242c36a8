package dev.quarry.virtual.space;

import dev.quarry.kernel.Machine;
import dev.quarry.kernel.Process;
import dev.quarry.kernel.SystemCalls;
import dev.quarry.machine.Cpu;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** A process of a machine, its calls, and its areas read out. */
final class Space {
  /** An area as it is. */
  record Area(long start, long end, long flags, long pgoff, int file, long anonVma) {
    boolean isLike(Area above) {
      return end == above.start
          && ((flags ^ above.flags) & ~VmFlags.SOFTDIRTY) == 0
          && file == above.file
          && above.pgoff == pgoff + ((end - start) >>> 12)
          && (flags & VmFlags.SPECIAL) == 0;
    }
  }

  final Machine machine;
  final Cpu cpu;
  final Process process;
  final MmStruct mm;
  final SystemCalls calls;

  Space(Machine machine) {
    this.machine = machine;
    this.cpu = machine.cpu(0);
    this.process = machine.processes().spawn(cpu);
    this.mm = process.mm();
    this.calls = new SystemCalls(cpu, process);
  }

  /** All areas but the stack that spawn made. */
  List<Area> areas() {
    List<Area> all = new ArrayList<>();
    VmAreaStruct areas = mm.areas;
    for (long vma = mm.firstArea(); vma != VmAreaStruct.NONE; vma = areas.next(vma)) {
      if (areas.end(vma) <= mm.startStack()) {
        all.add(
            new Area(
                areas.start(vma),
                areas.end(vma),
                areas.flags(vma),
                areas.pgoff(vma),
                areas.file(vma),
                areas.anonVma(vma)));
      }
    }
    return all;
  }

  List<String> findings() {
    return SpaceInvariants.check(mm.spaces());
  }

  /** Where pictures begin. */
  static final long BASE = 0x1000_0000L;

  static long at(int page) {
    return BASE + ((long) page << 12);
  }

  /**
   * The areas from {@link #BASE} on, a letter for each page: {@code a} may be written, {@code b}
   * read, {@code c} nothing; capital with an anon_vma; a bar where two areas touch.
   */
  String picture() {
    StringBuilder out = new StringBuilder();
    long end = BASE;
    for (Area area : areas()) {
      if (area.end <= BASE) {
        continue;
      }
      out.append(area.start > end ? " ".repeat((int) (area.start - end >>> 12)) : "");
      out.append(area.start == end && !out.isEmpty() ? "|" : "");
      String kind = (area.flags & 2) != 0 ? "a" : (area.flags & 1) != 0 ? "b" : "c";
      String letter = area.anonVma == 0 ? kind : kind.toUpperCase(Locale.ROOT);
      out.append(letter.repeat((int) (area.end - area.start >>> 12)));
      end = area.end;
    }
    return out.toString();
  }

  /** Maps pages as a picture has them; each letter that follows another one is an area of it. */
  void map(int page, String letters) {
    for (int i = 0; i < letters.length(); i++) {
      char letter = letters.charAt(i);
      long prot = "bBcC".indexOf(letter) < 0 ? 3 : "bB".indexOf(letter) < 0 ? 0 : 1;
      if (letter != ' ') {
        long first = Character.isUpperCase(letter) ? 3 : prot;
        long flags = 0x32 | (Character.isUpperCase(letter) ? MapFlags.MAP_POPULATE : 0);
        calls.mmap(at(page + i), 4096, first, flags, -1, 0);
        if (first != prot) {
          calls.mprotect(at(page + i), 4096, prot);
        }
      }
    }
  }
}
