package dev.quarry.kernel;

import dev.quarry.machine.Cpu;
import dev.quarry.virtual.space.MapFlags;
import dev.quarry.virtual.space.Mmap;
import dev.quarry.virtual.space.Munmap;

/**
 * The system calls of a process that concern its memory. Arguments are what registers hold: any 64
 * bits; results are addresses or numbers, or negated error numbers.
 */
public final class SystemCalls {
  private final Cpu cpu;
  private final Process process;

  /** Calls of a process that runs on a CPU, which the calling thread may use. */
  public SystemCalls(Cpu cpu, Process process) {
    this.cpu = cpu;
    this.process = process;
  }

  /** mmap(2). */
  public long mmap(long address, long length, long prot, long flags, long fd, long offset) {
    boolean anonymous = (flags & MapFlags.MAP_ANONYMOUS) != 0;
    var file = anonymous ? null : process.file((int) fd);
    return Mmap.mmap(cpu, process.mm(), address, length, prot, flags, file, offset);
  }

  /** munmap(2). */
  public long munmap(long address, long length) {
    return Munmap.munmap(cpu, process.mm(), address, length);
  }
}
