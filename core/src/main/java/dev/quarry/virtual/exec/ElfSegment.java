package dev.quarry.virtual.exec;

import dev.quarry.virtual.space.MapFlags;

/**
 * A program header: {@code Elf64_Phdr} (include/uapi/linux/elf.h). Numbers are any 64 bits.
 *
 * @param offset in the file, in bytes
 * @param address where it is to be
 * @param fileBytes how much the file has of it
 * @param memoryBytes how much memory it is
 */
public record ElfSegment(
    int type, int flags, long offset, long address, long fileBytes, long memoryBytes, long align) {
  static final int LOAD = 1;
  static final int INTERP = 3;
  static final int GNU_STACK = 0x6474_e551;

  static final int EXECUTE = 1;
  static final int WRITE = 2;
  static final int READ = 4;

  private static final long PAGE_OFFSET = 4095;

  boolean isLoad() {
    return type == LOAD;
  }

  boolean isExecutable() {
    return (flags & EXECUTE) != 0;
  }

  boolean isWritable() {
    return (flags & WRITE) != 0;
  }

  /** {@code make_prot}. */
  long prot() {
    return ((flags & READ) != 0 ? MapFlags.PROT_READ : 0)
        | (isWritable() ? MapFlags.PROT_WRITE : 0)
        | (isExecutable() ? MapFlags.PROT_EXEC : 0);
  }

  /** Where in its first page it begins: ELF_PAGEOFFSET. */
  long pageOffset() {
    return address & PAGE_OFFSET;
  }
}
