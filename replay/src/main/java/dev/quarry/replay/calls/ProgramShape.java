package dev.quarry.replay.calls;

import java.util.List;

/**
 * What execve mapped, as far as it shows.
 *
 * @param parts of program and interpreter, from below
 * @param heap where the heap begins, or {@link Life#NONE}
 * @param areasFrom where the kernel places areas from, downwards
 * @param stackTop one past the stack
 * @param stackUsed the lowest address that the kernel wrote of the stack's first contents
 * @param hasVdso whether it is known where the vdso is: below what is at {@code areasFrom}
 */
public record ProgramShape(
    String path,
    List<Part> parts,
    long heap,
    long areasFrom,
    long stackTop,
    long stackUsed,
    boolean hasVdso) {
  /**
   * An area.
   *
   * @param prot bits of PROT_*
   * @param file its file's name; empty for zeros
   * @param offset in the file, in bytes
   */
  public record Part(long start, long end, long prot, String file, long offset) {}

  public ProgramShape {
    parts = List.copyOf(parts);
  }
}
