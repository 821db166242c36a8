package dev.quarry.bench.work;

import dev.quarry.reclaim.SwapOnOff;
import dev.quarry.reclaim.SwapStore;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Files;
import java.nio.file.Path;

/** A swap area in memory: what a page costs without the disk, but for a copy of it. */
final class MemorySwap implements SwapStore {
  private static final long PAGE = 4096;

  private final Arena arena = Arena.ofShared();
  private final MemorySegment bytes;

  MemorySwap(long size) throws IOException {
    bytes = arena.allocate(size, PAGE);
    bytes.fill((byte) 0); // each page of the host's is there before it counts
    Path header = Files.createTempFile("quarry", ".swap");
    try {
      SwapOnOff.makeArea(header, size);
      try (FileChannel channel = FileChannel.open(header)) {
        bytes.asSlice(0, PAGE).copyFrom(channel.map(MapMode.READ_ONLY, 0, PAGE, arena));
      }
    } finally {
      Files.delete(header);
    }
  }

  @Override
  public long size() {
    return bytes.byteSize();
  }

  @Override
  public void read(long offset, MemorySegment page) {
    page.copyFrom(bytes.asSlice(offset, page.byteSize()));
  }

  @Override
  public void write(long offset, MemorySegment page) {
    bytes.asSlice(offset, page.byteSize()).copyFrom(page);
  }

  @Override
  public void close() {
    arena.close();
  }
}
