package dev.quarry.virtual.space;

import dev.quarry.machine.Cpu;

/**
 * An open file that can be mapped: {@code struct file} with its {@code f_mapping}. Two areas show
 * the same file only if they have the same instance; whoever opens a file twice has two.
 *
 * <p>The floor of the page cache implements it; areas need no more than this.
 */
public interface FileMapping {
  /** The path in {@code /proc/PID/maps}. */
  String name();

  /** Whether it was opened for reading: FMODE_READ. */
  boolean isReadable();

  /** Whether it was opened for writing: FMODE_WRITE. */
  boolean isWritable();

  /** Whether writes go to its end only: IS_APPEND. */
  default boolean isAppendOnly() {
    return false;
  }

  /** Whether its file system refuses to execute: MNT_NOEXEC. */
  default boolean isNoExec() {
    return false;
  }

  /** The device as {@code major << 20 | minor}. */
  long device();

  /** The inode number. */
  long inode();

  /** Whether it is memory that has no other name: an anonymous shared mapping or a memfd. */
  default boolean isShmem() {
    return false;
  }

  /** Whether its file system asks for areas that huge entries could show. */
  default boolean alignsLarge() {
    return false;
  }

  /** Whether an area of it may be cut in two; those of the kernel itself may not. */
  default boolean maySplit() {
    return true;
  }

  /** An area of the file was linked into its address space: {@code vma_interval_tree_insert}. */
  default void linked(long vma) {}

  /** An area of the file is not in its address space any more. */
  default void unlinked(long vma) {}

  /** The first area that shows the file has come, or a descriptor: {@code get_file()}. */
  default void mapped() {}

  /** The last area that showed the file has gone, or a descriptor: {@code fput()}. */
  default void unmapped(Cpu cpu) {}
}
