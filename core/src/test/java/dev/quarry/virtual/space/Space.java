package dev.quarry.virtual.space;

import dev.quarry.kernel.Machine;
import dev.quarry.kernel.Process;
import dev.quarry.kernel.SystemCalls;
import dev.quarry.machine.Cpu;
import java.util.ArrayList;
import java.util.List;

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
}
