package dev.quarry.virtual;

/** How an address is accessed: the bits of the page fault's error code that the processor sets. */
public final class Access {
  public static final int READ = 0;

  /** The bit of {@link Pte#RW}, which such an access needs. */
  public static final int WRITE = 1 << 1;

  /** From user mode; the bit of {@link Pte#USER}, which such an access needs. */
  public static final int USER = 1 << 2;

  /** Loading an instruction. */
  public static final int FETCH = 1 << 4;

  private Access() {}

  /** The access in words, as the kernel's report of a page fault has them. */
  public static String words(int access) {
    String mode = (access & USER) != 0 ? "user " : "supervisor ";
    String what =
        (access & FETCH) != 0
            ? "instruction fetch"
            : (access & WRITE) != 0 ? "write access" : "read access";
    return mode + what;
  }
}
