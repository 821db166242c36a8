package dev.quarry.kernel;

import dev.quarry.machine.Cpu;
import dev.quarry.virtual.cache.CachedFile;
import dev.quarry.virtual.fault.RemoteAccess;
import dev.quarry.virtual.fault.RemoteAccess.IoVec;
import dev.quarry.virtual.space.Brk;
import dev.quarry.virtual.space.Errno;
import dev.quarry.virtual.space.FileMapping;
import dev.quarry.virtual.space.HugePrctl;
import dev.quarry.virtual.space.Madvise;
import dev.quarry.virtual.space.MapFlags;
import dev.quarry.virtual.space.Mincore;
import dev.quarry.virtual.space.Mlock;
import dev.quarry.virtual.space.Mmap;
import dev.quarry.virtual.space.Mprotect;
import dev.quarry.virtual.space.Mremap;
import dev.quarry.virtual.space.Msync;
import dev.quarry.virtual.space.Munmap;
import java.util.List;
import java.util.function.LongSupplier;

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
    return run(() -> Mmap.mmap(cpu, process.mm(), address, length, prot, flags, file, offset));
  }

  /** munmap(2). */
  public long munmap(long address, long length) {
    return run(() -> Munmap.munmap(cpu, process.mm(), address, length));
  }

  /** mprotect(2). */
  public long mprotect(long address, long length, long prot) {
    return run(() -> Mprotect.mprotect(cpu, process.mm(), address, length, prot));
  }

  /** brk(2), as the kernel has it: where the heap ends now. */
  public long brk(long end) {
    return run(() -> Brk.brk(cpu, process.mm(), end));
  }

  /** mremap(2). */
  public long mremap(long address, long oldLength, long newLength, long flags, long newAddress) {
    return run(
        () -> Mremap.mremap(cpu, process.mm(), address, oldLength, newLength, flags, newAddress));
  }

  /** madvise(2). */
  public long madvise(long address, long length, long advice) {
    return run(() -> Madvise.madvise(cpu, process.mm(), address, length, (int) advice));
  }

  /** mlock(2). */
  public long mlock(long address, long length) {
    return run(() -> Mlock.mlock(cpu, process.mm(), address, length));
  }

  /** mlock2(2). */
  public long mlock2(long address, long length, long flags) {
    return run(() -> Mlock.mlock2(cpu, process.mm(), address, length, (int) flags));
  }

  /** munlock(2). */
  public long munlock(long address, long length) {
    return run(() -> Mlock.munlock(cpu, process.mm(), address, length));
  }

  /** mlockall(2). */
  public long mlockall(long flags) {
    return run(() -> Mlock.mlockall(cpu, process.mm(), (int) flags));
  }

  /** munlockall(2). */
  public long munlockall() {
    return run(() -> Mlock.munlockall(cpu, process.mm()));
  }

  /** mincore(2); the vector is a caller's of Java, not in the process's memory. */
  public long mincore(long address, long length, Mincore.Sink vector) {
    return run(() -> Mincore.mincore(process.mm(), address, length, vector));
  }

  /** msync(2). */
  public long msync(long address, long length, long flags) {
    return run(() -> Msync.msync(cpu, process.mm(), address, length, (int) flags));
  }

  /**
   * process_vm_readv(2): bytes that were copied, or a negated error number. The parts are a
   * caller's of Java, not in the process's memory.
   */
  public long processVmReadv(Process other, List<IoVec> local, List<IoVec> remote) {
    return remote().copy(cpu, process.mm(), local, other.mm(), remote, false);
  }

  /** process_vm_writev(2). */
  public long processVmWritev(Process other, List<IoVec> local, List<IoVec> remote) {
    return remote().copy(cpu, process.mm(), local, other.mm(), remote, true);
  }

  private long run(LongSupplier call) {
    return process.run(cpu, call);
  }

  private RemoteAccess remote() {
    return new RemoteAccess(process.pages());
  }

  /** prctl(2) with PR_SET_THP_DISABLE: the process has no huge pages, or only where advised. */
  public long prctlSetThpDisable(long disable, long flags) {
    return HugePrctl.set(process.mm(), disable, flags);
  }

  /** prctl(2) with PR_GET_THP_DISABLE. */
  public long prctlGetThpDisable() {
    return HugePrctl.get(process.mm());
  }

  /** memfd_create(2): the descriptor of memory without pages. */
  public int memfdCreate(String name) {
    return process.open(process.pages().caches().memfd(name));
  }

  /** ftruncate(2). */
  public long ftruncate(int fd, long bytes) {
    FileMapping file = process.file(fd);
    if (!(file instanceof CachedFile cached)) {
      return -Errno.EBADF;
    }
    return file.isWritable() ? process.pages().truncate(cpu, cached, bytes) : -Errno.EINVAL;
  }
}
