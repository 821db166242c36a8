package dev.quarry.conform;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * A process of the running kernel that makes system calls and accesses on order. It is a few
 * hundred bytes of machine code ({@link AgentCode}): its areas are its code, its stack, and the
 * control memory, which this side maps too and where a {@link Batch} writes what is to be done.
 *
 * <pre>
 *   this JVM                           agent, process 0            its child, process 1
 *   writes records, a byte  ──pipe──►  record after record
 *                                      a record of 1: turn = 1 ──►  goes on from there
 *   reads results           ◄──pipe──  end of the list         ◄──  turn = 0
 * </pre>
 */
final class Agent implements AutoCloseable {
  /** Where the process has the control memory. */
  static final long CONTROL = 0x2000_0000_0000L;

  /** Bytes of the control memory. */
  static final long CONTROL_BYTES = 0x100_0000;

  /** The descriptor of the control memory in the process. */
  static final int CONTROL_FD = 3;

  private static final long NEXT_RECORD = 8;
  private static final int ANSWER_SECONDS = 60;
  private static final long POLL_NANOS = 20_000;

  private final AgentCode code = new AgentCode();
  private final Process process;
  private final InputStream answers;
  private final OutputStream orders;
  private final Arena arena = Arena.ofShared();
  private final MemorySegment control;

  /**
   * Starts the process.
   *
   * @throws ConformException if the platform does not let it
   */
  Agent() {
    try {
      Path program = Files.createTempFile("quarry-agent", "");
      program.toFile().deleteOnExit();
      try {
        Files.write(program, code.elf());
        Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwx------"));
        process = new ProcessBuilder(program.toString()).start();
        answers = process.getInputStream();
        orders = process.getOutputStream();
        awaitAnswer();
      } finally {
        Files.deleteIfExists(program);
      }
      Path memory = Path.of("/proc/" + process.pid() + "/fd/" + CONTROL_FD);
      try (FileChannel channel =
          FileChannel.open(memory, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
        control = channel.map(FileChannel.MapMode.READ_WRITE, 0, CONTROL_BYTES, arena);
      }
    } catch (IOException e) {
      throw new ConformException("the process for the kernel's side does not start: " + e, e);
    }
  }

  /** Where the code of a label is in the process. */
  long code(String label) {
    return code.address(label);
  }

  /** Its number. */
  long pid() {
    return process.pid();
  }

  /** The lines of a file of its folder in /proc. */
  List<String> proc(String name) {
    try {
      return Files.readAllLines(Path.of("/proc/" + process.pid() + "/" + name));
    } catch (IOException e) {
      throw new ConformException("/proc/" + process.pid() + "/" + name + ": " + e, e);
    }
  }

  /** The control memory as this side sees it. */
  MemorySegment control() {
    return control;
  }

  /** Goes through the records from an offset on, up to the one that ends them. */
  void run(long firstRecord) {
    control.set(ValueLayout.JAVA_LONG, NEXT_RECORD, CONTROL + firstRecord);
    try {
      orders.write(1);
      orders.flush();
      awaitAnswer();
    } catch (IOException e) {
      throw new ConformException("the kernel's side has ended: " + e, e);
    }
  }

  private void awaitAnswer() throws IOException {
    long begin = System.nanoTime();
    while (answers.available() == 0) {
      if (!process.isAlive()) {
        throw new ConformException(
            "the kernel's side has ended with "
                + process.exitValue()
                + " (memfd_create and mmap must be allowed)");
      }
      if (System.nanoTime() - begin > TimeUnit.SECONDS.toNanos(ANSWER_SECONDS)) {
        throw new ConformException("no answer from the kernel's side in " + ANSWER_SECONDS + " s");
      }
      LockSupport.parkNanos(POLL_NANOS);
    }
    answers.read();
  }

  @Override
  public void close() {
    process.destroyForcibly();
    arena.close();
  }
}
