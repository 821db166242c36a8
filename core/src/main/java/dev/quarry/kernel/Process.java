package dev.quarry.kernel;

import dev.quarry.machine.Cpu;
import dev.quarry.machine.Task;
import dev.quarry.virtual.fault.UserPages;
import dev.quarry.virtual.space.FileMapping;
import dev.quarry.virtual.space.MmStruct;
import dev.quarry.virtual.space.ProcessLimits;
import java.util.TreeMap;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** A process: what this machine needs of {@code struct task_struct}. */
public final class Process {
  private static final int FIRST_FREE_FD = 3;

  private final int pid;
  private volatile MmStruct mm;
  private final ProcessLimits limits;
  private final TreeMap<Integer, FileMapping> files = new TreeMap<>();

  private final UserPages pages;

  Process(int pid, MmStruct mm, ProcessLimits limits, UserPages pages) {
    this.pid = pid;
    this.mm = mm;
    this.limits = limits;
    this.pages = pages;
  }

  /** Its number. */
  public int pid() {
    return pid;
  }

  /** Its address space. */
  public MmStruct mm() {
    return mm;
  }

  /** Gives it another address space: {@code exec_mmap}. */
  void mm(MmStruct fresh) {
    mm = fresh;
  }

  /** What it may have and do. */
  public ProcessLimits limits() {
    return limits;
  }

  /** Does what the process asks for: until it is done, the CPU works for the process. */
  long run(Cpu cpu, LongSupplier call) {
    Task before = cpu.task(mm.task());
    try {
      return call.getAsLong();
    } finally {
      cpu.task(before);
    }
  }

  UserPages pages() {
    return pages;
  }

  /** Gives an open file the lowest free descriptor above the standard three. */
  public synchronized int open(FileMapping file) {
    int fd = FIRST_FREE_FD;
    while (files.containsKey(fd)) {
      fd++;
    }
    files.put(fd, file);
    file.mapped();
    return fd;
  }

  /** Closes a descriptor; areas keep their file. */
  public synchronized boolean close(Cpu cpu, int fd) {
    FileMapping file = files.remove(fd);
    if (file == null) {
      return false;
    }
    file.unmapped(cpu);
    return true;
  }

  synchronized void closeAll(Cpu cpu) {
    files.values().forEach(file -> file.unmapped(cpu));
    files.clear();
  }

  synchronized void copyFiles(Process child) {
    files.forEach((fd, file) -> {
      child.files.put(fd, file);
      file.mapped();
    });
  }

  /**
   * Loads bytes as the process does, with the page faults that come of it.
   *
   * @param bytes 1 to 8
   * @throws dev.quarry.virtual.fault.UserFaultException if that ends in a signal
   */
  public long load(Cpu cpu, long address, int bytes) {
    return pages.memory().load(cpu, mm, address, bytes);
  }

  /**
   * Stores the lowest bytes of a value as the process does.
   *
   * @param bytes 1 to 8
   * @throws dev.quarry.virtual.fault.UserFaultException if that ends in a signal
   */
  public void store(Cpu cpu, long address, int bytes, long value) {
    pages.memory().store(cpu, mm, address, bytes, value);
  }

  /** The file of a descriptor, or null. */
  public synchronized @Nullable FileMapping file(int fd) {
    return files.get(fd);
  }

  @Override
  public String toString() {
    return "process " + pid;
  }
}
