package dev.quarry.replay.calls;

import static dev.quarry.virtual.space.MapFlags.*;

import dev.quarry.kernel.Process;
import dev.quarry.kernel.Processes;
import dev.quarry.kernel.SystemCalls;
import dev.quarry.machine.Cpu;
import dev.quarry.replay.calls.ProgramShape.Part;
import dev.quarry.virtual.cache.AssumedFile;
import dev.quarry.virtual.cache.CachedFile;
import dev.quarry.virtual.cache.PageCaches;
import dev.quarry.virtual.exec.ExecException;
import dev.quarry.virtual.space.MmapLayout;
import java.lang.foreign.MemorySegment;
import java.util.Map;
import java.util.TreeMap;

/** Gives a process the areas that execve made, as {@link ProgramShape} says. */
final class ProgramPlayer {
  private static final long PAGE = 4096;

  private final Cpu cpu;
  private final Processes processes;
  private final boolean resident;

  ProgramPlayer(Cpu cpu, Processes processes, boolean resident) {
    this.cpu = cpu;
    this.processes = processes;
    this.resident = resident;
  }

  /** Returns false if there is no memory; then the process keeps its space. */
  boolean start(Process process, ProgramShape shape) {
    MmapLayout layout =
        MmapLayout.fixed(processes.spaces(), process.limits())
            .seenAt(shape.areasFrom(), shape.stackTop());
    if (!processes.restart(cpu, process, layout)) {
      return false;
    }
    Map<String, CachedFile> files = new TreeMap<>();
    SystemCalls calls = new SystemCalls(cpu, process);
    for (Part part : shape.parts()) {
      long flags = MAP_PRIVATE | MAP_FIXED;
      long bytes = part.end() - part.start();
      if (part.file().isEmpty()) {
        calls.mmap(part.start(), bytes, part.prot(), flags | MAP_ANONYMOUS, -1, 0);
      } else {
        int fd = process.open(files.computeIfAbsent(part.file(), this::file));
        calls.mmap(part.start(), bytes, part.prot(), flags, fd, part.offset());
        process.close(cpu, fd);
      }
    }
    if (shape.heap() != Life.NONE) {
      process.mm().program(0, 0, 0, 0, shape.heap());
    }
    if (shape.hasVdso()) {
      mapVdso(process);
    }
    writeArguments(process, shape);
    return true;
  }

  private CachedFile file(String name) {
    PageCaches caches = processes.pages().caches();
    return caches.assumed(name, AssumedFile.UNKNOWN_BYTES, resident);
  }

  private void mapVdso(Process process) {
    try {
      processes.vdso().map(cpu, process.mm());
    } catch (ExecException e) {
      // Without it, accesses to it are to memory that was not recorded.
      processes.spaces().kernel().memory().log().print(e.toString());
    }
  }

  /** Strings of arguments are written by execve without a fault: {@code get_arg_page}. */
  private void writeArguments(Process process, ProgramShape shape) {
    MemorySegment word = MemorySegment.ofArray(new byte[Long.BYTES]);
    for (long at = shape.stackUsed(); at < shape.stackTop(); at += PAGE) {
      processes.pages().memory().copyToUser(cpu, process.mm(), at, word, false);
    }
  }
}
