package dev.quarry.conform;

import dev.quarry.virtual.space.SpaceSettings.Overcommit;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.LongConsumer;

/** Quarry and the kernel that is running, side by side. */
public final class Conform implements AutoCloseable {
  private static final Path SHARED_MEMORY = Path.of("/dev/shm");

  private final Path folder;
  private final Path quarryFile;
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
      folder = Files.createTempDirectory("quarry-conform");
      Path kernelFile = Files.createFile(folder.resolve("kernel"));
      // Quarry's own file is read and written by this process alone: memory will do.
      Path fast = Files.isWritable(SHARED_MEMORY) ? SHARED_MEMORY : folder;
      quarryFile = Files.createTempFile(fast, "quarry-conform", "");
      kernel = new KernelSide(kernelFile, lowest);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    quarry = new QuarrySide(quarryFile, lowest, overcommit);
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
    try {
      Files.deleteIfExists(quarryFile);
      Files.deleteIfExists(folder.resolve("kernel"));
      Files.deleteIfExists(folder);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
