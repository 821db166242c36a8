package dev.quarry.kernel;

import dev.quarry.virtual.space.FileMapping;
import dev.quarry.virtual.space.MmStruct;
import dev.quarry.virtual.space.ProcessLimits;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A process: what this machine needs of {@code struct task_struct}. */
public final class Process {
  private static final int FIRST_FREE_FD = 3;

  private final int pid;
  private final MmStruct mm;
  private final ProcessLimits limits;
  private final TreeMap<Integer, FileMapping> files = new TreeMap<>();

  Process(int pid, MmStruct mm, ProcessLimits limits) {
    this.pid = pid;
    this.mm = mm;
    this.limits = limits;
  }

  /** Its number. */
  public int pid() {
    return pid;
  }

  /** Its address space. */
  public MmStruct mm() {
    return mm;
  }

  /** What it may have and do. */
  public ProcessLimits limits() {
    return limits;
  }

  /** Gives an open file the lowest free descriptor above the standard three. */
  public synchronized int open(FileMapping file) {
    int fd = FIRST_FREE_FD;
    while (files.containsKey(fd)) {
      fd++;
    }
    files.put(fd, file);
    return fd;
  }

  /** Closes a descriptor; areas keep their file. */
  public synchronized boolean close(int fd) {
    return files.remove(fd) != null;
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
