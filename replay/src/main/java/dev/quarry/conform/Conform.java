package dev.quarry.conform;

import dev.quarry.virtual.space.SpaceSettings.Overcommit;
import java.util.function.LongConsumer;

/** Quarry and the kernel that is running, side by side. */
public final class Conform implements AutoCloseable {
  private final ScratchFiles scratch = new ScratchFiles();
  private final KernelSide kernel;
  private final QuarrySide quarry;

  /**
   * Starts both sides.
   *
   * @throws ConformException if the platform has no kernel to compare with
   */
  public Conform() {
    Platform.check();
    long lowest = Platform.number("/proc/sys/vm/mmap_min_addr");
    Overcommit overcommit = Platform.overcommit();
    try {
      kernel = new KernelSide(scratch.onDisk(), lowest);
      quarry = new QuarrySide(scratch.inMemory(), lowest, overcommit);
    } catch (RuntimeException e) {
      scratch.close();
      throw e;
    }
  }

  /**
   * Compares.
   *
   * @param progress is told how many operations were made
   */
  public ConformResult run(ConformOptions options, LongConsumer progress) {
    return new ConformRun(kernel, quarry, options).run(progress);
  }

  @Override
  public void close() {
    quarry.close();
    kernel.close();
    scratch.close();
  }
}
