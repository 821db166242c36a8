package dev.quarry.replay.read;

import com.github.luben.zstd.ZstdInputStream;
import com.github.luben.zstd.ZstdOutputStream;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.tukaani.xz.LZMA2Options;
import org.tukaani.xz.XZInputStream;
import org.tukaani.xz.XZOutputStream;

/** How a file is packed: as its name ends, or as its first bytes say. */
public enum Packing {
  PLAIN("", new int[0]),
  GZIP(".gz", new int[] {0x1f, 0x8b}),
  XZ(".xz", new int[] {0xfd, '7', 'z', 'X', 'Z', 0}),
  ZSTD(".zst", new int[] {0x28, 0xb5, 0x2f, 0xfd});

  /** How many first bytes {@link #ofHead} looks at. */
  static final int HEAD_BYTES = 6;

  private static final int XZ_MEMORY_KIB = 130 << 10;
  private static final int RAW_BUFFER_BYTES = 1 << 16;

  private final String ending;
  private final int[] magic;

  Packing(String ending, int[] magic) {
    this.ending = ending;
    this.magic = magic;
  }

  /** What a name says. */
  public static Packing ofName(String name) {
    for (Packing packing : values()) {
      if (packing != PLAIN && name.endsWith(packing.ending)) {
        return packing;
      }
    }
    return PLAIN;
  }

  /** What first bytes say. */
  static Packing ofHead(byte[] head, int length) {
    for (Packing packing : values()) {
      if (packing != PLAIN && packing.begins(head, length)) {
        return packing;
      }
    }
    return PLAIN;
  }

  private boolean begins(byte[] head, int length) {
    for (int i = 0; i < magic.length; i++) {
      if (i >= length || (head[i] & 0xff) != magic[i]) {
        return false;
      }
    }
    return true;
  }

  /** The end of a name that says this; empty for plain files. */
  public String ending() {
    return ending;
  }

  /** Unpacks a stream. An xz dictionary above 128 MiB is refused, as zstd's default does. */
  InputStream unpack(InputStream raw) throws IOException {
    return switch (this) {
      case PLAIN -> raw;
      case GZIP -> new GZIPInputStream(raw, RAW_BUFFER_BYTES);
      case XZ -> new XZInputStream(new BufferedInputStream(raw, RAW_BUFFER_BYTES), XZ_MEMORY_KIB);
      case ZSTD -> new ZstdInputStream(raw);
    };
  }

  /** Packs a stream; to be closed. */
  public OutputStream pack(OutputStream raw) throws IOException {
    return switch (this) {
      case PLAIN -> raw;
      case GZIP -> new GZIPOutputStream(raw, RAW_BUFFER_BYTES);
      case XZ -> new XZOutputStream(raw, new LZMA2Options());
      case ZSTD -> new ZstdOutputStream(raw);
    };
  }
}
