package dev.quarry.reclaim;

import java.io.EOFException;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** A file of the host that pages are swapped to. */
final class SwapFile implements SwapStore {
  private final FileChannel channel;

  private SwapFile(FileChannel channel) {
    this.channel = channel;
  }

  static SwapFile open(Path path) throws IOException {
    return new SwapFile(FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE));
  }

  /** A file that goes when it is closed. */
  static SwapFile temporary(Path path) throws IOException {
    return new SwapFile(
        FileChannel.open(
            path,
            StandardOpenOption.READ,
            StandardOpenOption.WRITE,
            StandardOpenOption.DELETE_ON_CLOSE));
  }

  @Override
  public long size() throws IOException {
    return channel.size();
  }

  @Override
  public void read(long offset, MemorySegment page) throws IOException {
    ByteBuffer buffer = page.asByteBuffer();
    while (buffer.hasRemaining()) {
      if (channel.read(buffer, offset + buffer.position()) < 0) {
        throw new EOFException("the swap file ends at " + channel.size());
      }
    }
  }

  @Override
  public void write(long offset, MemorySegment page) throws IOException {
    ByteBuffer buffer = page.asByteBuffer();
    while (buffer.hasRemaining()) {
      channel.write(buffer, offset + buffer.position());
    }
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
