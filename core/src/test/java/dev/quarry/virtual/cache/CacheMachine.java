package dev.quarry.virtual.cache;

import dev.quarry.kernel.FileCalls;
import dev.quarry.kernel.Machine;
import dev.quarry.kernel.Process;
import dev.quarry.kernel.SystemCalls;
import dev.quarry.machine.Cpu;
import dev.quarry.machine.MachineSpecReader;
import dev.quarry.virtual.space.MapFlags;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Objects;

/** A machine of 16 MiB, a process with a buffer, and a file that it has open. */
final class CacheMachine implements AutoCloseable {
  static final int PAGE = 4096;
  static final int BUFFER = 64 * PAGE;
  static final long SHARED = 1;
  private static final int RW = 3;

  final Machine machine =
      Machine.boot(
          MachineSpecReader.read(
              "test", "cpus 0\nmemory 0x1000-16M\nzone DMA below=4M\nzone DMA32 below=4G\n"));
  final Cpu cpu = machine.cpu(0);
  final Process process = Objects.requireNonNull(machine.processes().spawn(cpu));
  final FileCalls files = new FileCalls(cpu, process);
  final SystemCalls calls = new SystemCalls(cpu, process);
  final PageCaches caches = machine.processes().pages().caches();
  final long buffer = calls.mmap(0, BUFFER, RW, 2 | MapFlags.MAP_ANONYMOUS, -1, 0);
  final HostFile file;
  final int fd;

  /** A file of the host's, all of whose bytes are 3. */
  static Path file(Path folder, int pages) throws IOException {
    byte[] bytes = new byte[pages * PAGE];
    Arrays.fill(bytes, (byte) 3);
    return Files.write(folder.resolve("file"), bytes);
  }

  CacheMachine(Path path) throws IOException {
    file = caches.open(path, true);
    fd = process.open(file);
  }

  /** Writes bytes through the system call; what it returned. */
  long write(byte[] bytes, long offset) {
    store(buffer, bytes);
    return files.pwrite(fd, buffer, bytes.length, offset);
  }

  void store(long address, byte[] bytes) {
    machine
        .processes()
        .pages()
        .memory()
        .write(cpu, process.mm(), address, MemorySegment.ofArray(bytes));
  }

  byte[] load(long address, int length) {
    byte[] bytes = new byte[length];
    machine
        .processes()
        .pages()
        .memory()
        .read(cpu, process.mm(), address, MemorySegment.ofArray(bytes));
    return bytes;
  }

  /** Reads bytes through the system call, fewer at the file's end. */
  byte[] read(long offset, int length) {
    long got = files.pread(fd, buffer, length, offset);
    if (got < 0) {
      throw new AssertionError("read returned " + got);
    }
    return load(buffer, (int) got);
  }

  long map(int pages) {
    return calls.mmap(0, (long) pages * PAGE, RW, SHARED, fd, 0);
  }

  /** Which pages are in memory: {@code x} there, {@code R} there and marked, {@code .} missing. */
  String drawn(int pages) {
    StringBuilder drawn = new StringBuilder();
    for (int index = 0; index < pages; index++) {
      boolean marked = file.cache().ahead().isMarked(index);
      drawn.append(marked ? 'R' : file.cache().has(index) ? 'x' : '.');
    }
    return drawn.toString();
  }

  @Override
  public void close() {
    machine.close();
  }
}
