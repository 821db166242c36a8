package dev.quarry.replay.read;

import java.io.Closeable;
import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PushbackInputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of one file, unpacked as its name or its first bytes say. Memory does not depend on the
 * file.
 */
public final class ByteSource implements Closeable {
  /** How far {@link #peek} may look. */
  public static final int MOST_PEEKED = 1 << 16;

  /** A decoder that meets damage may keep back all that it unpacked in the same call. */
  private static final int PACKED_READ_BYTES = 1 << 13;

  private final String name;
  private final long fileBytes;
  private final Counting raw;
  private final boolean packed;
  private final InputStream unpacked;
  private byte[] ahead = {};
  private int aheadAt;
  private long bytesGiven;
  private @Nullable UnreadableException damage;

  private ByteSource(
      String name, long fileBytes, Counting raw, Packing packing, InputStream packedStream)
      throws IOException {
    this.name = name;
    this.fileBytes = fileBytes;
    this.raw = raw;
    this.packed = packing != Packing.PLAIN;
    this.unpacked = packing.unpack(packedStream);
  }

  /**
   * Opens a file that is packed as its name says.
   *
   * @param name what messages call it
   * @throws RecordingException if it cannot be opened, or does not begin as its ending says
   */
  public static ByteSource open(Path file, String name) {
    return open(file, name, false);
  }

  /**
   * Opens a file that is packed as its first bytes say, whatever its name is.
   *
   * @param name what messages call it
   * @throws RecordingException if it cannot be opened
   */
  public static ByteSource openByContent(Path file, String name) {
    return open(file, name, true);
  }

  private static ByteSource open(Path file, String name, boolean byContent) {
    Counting raw = null;
    try {
      if (Files.isDirectory(file)) {
        throw new RecordingException(name, "cannot be opened: it is a folder");
      }
      long size = Files.size(file);
      raw = new Counting(Files.newInputStream(file));
      return byContent
          ? sniff(name, size, raw)
          : new ByteSource(name, size, raw, Packing.ofName(name), raw);
    } catch (IOException e) {
      closeQuietly(raw);
      throw new RecordingException(name, "cannot be opened: " + reason(e));
    }
  }

  private static ByteSource sniff(String name, long size, Counting raw) throws IOException {
    PushbackInputStream in = new PushbackInputStream(raw, Packing.HEAD_BYTES);
    byte[] head = in.readNBytes(Packing.HEAD_BYTES);
    in.unread(head);
    return new ByteSource(name, size, raw, Packing.ofHead(head, head.length), in);
  }

  /** Takes bytes from a stream that is at hand, unpacked as the name says. */
  public static ByteSource of(InputStream in, String name) throws IOException {
    Counting raw = new Counting(in);
    return new ByteSource(name, 0, raw, Packing.ofName(name), raw);
  }

  /** Takes bytes from a stream that is at hand, unpacked as its first bytes say. */
  public static ByteSource ofByContent(InputStream in, String name) throws IOException {
    return sniff(name, 0, new Counting(in));
  }

  /** What messages call the file. */
  public String name() {
    return name;
  }

  /** Size of the file as it lies on the disk, in bytes. */
  public long fileBytes() {
    return fileBytes;
  }

  /** How many of the file's bytes, still packed, were read so far. */
  public long fileBytesRead() {
    return raw.bytes;
  }

  /** How many unpacked bytes were given out so far. */
  public long bytesGiven() {
    return bytesGiven;
  }

  /**
   * Reads at least one byte.
   *
   * @return the number of bytes, or -1 at the end, as {@link InputStream#read(byte[], int, int)}
   * @throws UnreadableException if the file cannot be read on, or if its packed stream is cut off
   *     or damaged
   */
  public int read(byte[] buffer, int offset, int length) throws UnreadableException {
    if (aheadAt < ahead.length) {
      return readAhead(buffer, offset, length);
    }
    if (damage != null) {
      throw damage;
    }
    try {
      int most = packed ? Math.min(length, PACKED_READ_BYTES) : length;
      int n = unpacked.read(buffer, offset, most);
      bytesGiven += Math.max(n, 0);
      return n;
    } catch (IOException | RuntimeException e) {
      // A decoder that meets bytes it never wrote may fail in any way; all of them mean damage.
      String what = packed ? "the packed stream is damaged" : "the file cannot be read on";
      throw new UnreadableException(
          what + " after " + bytesGiven + " unpacked bytes: " + reason(e), e);
    }
  }

  /**
   * Gives the first bytes without taking them: as many as there are, at most {@code most}. To be
   * asked before the first read, more than once if need be; damage is left to the reads.
   */
  public byte[] peek(int most) {
    int kept = ahead.length - aheadAt;
    byte[] head = new byte[Math.max(most, kept)];
    System.arraycopy(ahead, aheadAt, head, 0, kept);
    aheadAt = ahead.length;
    int have = kept;
    try {
      for (int n = 0; n >= 0 && have < head.length; have += Math.max(n, 0)) {
        n = read(head, have, head.length - have);
      }
    } catch (UnreadableException e) {
      damage = e;
    }
    ahead = Arrays.copyOf(head, have);
    aheadAt = 0;
    bytesGiven = 0;
    return Arrays.copyOf(ahead, Math.min(most, have));
  }

  private int readAhead(byte[] buffer, int offset, int length) {
    int n = Math.min(length, ahead.length - aheadAt);
    System.arraycopy(ahead, aheadAt, buffer, offset, n);
    aheadAt += n;
    bytesGiven += n;
    return n;
  }

  /** Why an operation failed, in a few words and without a path. */
  private static String reason(Exception e) {
    return switch (e) {
      case EOFException _ -> "the stream ends early";
      case NoSuchFileException _ -> "there is no such file";
      case AccessDeniedException _ -> "access is denied";
      default -> {
        String text = e.getMessage();
        yield text == null ? e.getClass().getSimpleName() : text.lines().findFirst().orElse("");
      }
    };
  }

  @Override
  public void close() {
    closeQuietly(unpacked);
  }

  /** A file that was only read has nothing to lose when closing it fails. */
  private static void closeQuietly(@Nullable Closeable stream) {
    if (stream != null) {
      try {
        stream.close();
      } catch (IOException e) {
        return;
      }
    }
  }

  /** Counts the packed bytes, for progress. */
  private static final class Counting extends FilterInputStream {
    private long bytes;

    Counting(InputStream in) {
      super(in);
    }

    @Override
    public int read() throws IOException {
      int b = super.read();
      bytes += b < 0 ? 0 : 1;
      return b;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
      int n = super.read(buffer, offset, length);
      bytes += Math.max(n, 0);
      return n;
    }
  }
}
