package dev.quarry.replay.read;

import com.github.luben.zstd.ZstdInputStream;
import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.tukaani.xz.XZInputStream;

/**
 * The bytes of one file, unpacked when its name ends in {@code .xz} or {@code .zst}. Memory does
 * not depend on the file: an xz dictionary above 128 MiB is refused, as zstd's default does.
 */
public final class ByteSource implements Closeable {
  private static final int XZ_MEMORY_KIB = 130 << 10;
  private static final int RAW_BUFFER_BYTES = 1 << 16;

  /** A decoder that meets damage may keep back all that it unpacked in the same call. */
  private static final int PACKED_READ_BYTES = 1 << 13;

  private final String name;
  private final long fileBytes;
  private final Counting raw;
  private final InputStream unpacked;
  private long bytesGiven;

  private ByteSource(String name, long fileBytes, Counting raw, InputStream unpacked) {
    this.name = name;
    this.fileBytes = fileBytes;
    this.raw = raw;
    this.unpacked = unpacked;
  }

  /**
   * Opens a file.
   *
   * @param name what messages call it
   * @throws RecordingException if it cannot be opened, or does not begin as its ending says
   */
  public static ByteSource open(Path file, String name) {
    Counting raw = null;
    try {
      long size = Files.size(file);
      raw = new Counting(Files.newInputStream(file));
      return new ByteSource(name, size, raw, unpack(name, raw));
    } catch (IOException e) {
      closeQuietly(raw);
      throw new RecordingException(name, "cannot be opened: " + reason(e));
    }
  }

  /** Takes bytes from a stream that is at hand, unpacked as the name says. */
  static ByteSource of(InputStream in, String name) throws IOException {
    Counting raw = new Counting(in);
    return new ByteSource(name, 0, raw, unpack(name, raw));
  }

  private static InputStream unpack(String name, InputStream raw) throws IOException {
    if (name.endsWith(".xz")) {
      return new XZInputStream(new BufferedInputStream(raw, RAW_BUFFER_BYTES), XZ_MEMORY_KIB);
    }
    return name.endsWith(".zst") ? new ZstdInputStream(raw) : raw;
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
    try {
      int most = unpacked == raw ? length : Math.min(length, PACKED_READ_BYTES);
      int n = unpacked.read(buffer, offset, most);
      bytesGiven += Math.max(n, 0);
      return n;
    } catch (IOException | RuntimeException e) {
      // A decoder that meets bytes it never wrote may fail in any way; all of them mean damage.
      String packed =
          unpacked == raw ? "the file cannot be read on" : "the packed stream is damaged";
      throw new UnreadableException(
          packed + " after " + bytesGiven + " unpacked bytes: " + reason(e), e);
    }
  }

  /** Why an operation failed, in a few words and without a path. */
  private static String reason(Exception e) {
    return switch (e) {
      case java.io.EOFException _ -> "the stream ends early";
      case java.nio.file.NoSuchFileException _ -> "there is no such file";
      case java.nio.file.AccessDeniedException _ -> "access is denied";
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
  private static void closeQuietly(@org.jspecify.annotations.Nullable Closeable stream) {
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
