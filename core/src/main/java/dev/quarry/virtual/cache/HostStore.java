package dev.quarry.virtual.cache;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;

/** A file of the host. */
final class HostStore implements BackingStore {
  private final FileChannel channel;

  HostStore(FileChannel channel) {
    this.channel = channel;
  }

  @Override
  public long size() throws IOException {
    return channel.size();
  }

  @Override
  public void truncate(long bytes) throws IOException {
    long now = channel.size();
    if (bytes < now) {
      channel.truncate(bytes);
    } else if (bytes > now) {
      channel.write(ByteBuffer.allocate(1), bytes - 1);
    }
  }

  @Override
  public void read(long offset, MemorySegment page) throws IOException {
    ByteBuffer buffer = page.asByteBuffer();
    while (buffer.hasRemaining()) {
      if (channel.read(buffer, offset + buffer.position()) < 0) {
        break;
      }
    }
    page.asSlice(buffer.position()).fill((byte) 0);
  }

  @Override
  public void write(long offset, MemorySegment part) throws IOException {
    ByteBuffer buffer = part.asByteBuffer();
    while (buffer.hasRemaining()) {
      channel.write(buffer, offset + buffer.position());
    }
  }

  @Override
  public void force() throws IOException {
    channel.force(true);
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }

  @Override
  public boolean isOnDisk() {
    return true;
  }

  @Override
  public boolean isShmem() {
    return false;
  }
}
