package dev.quarry.replay.refs;

import dev.quarry.replay.compact.RefText;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * Writes references as run-compressed text: instructions one after the other become a run, and the
 * data that they refer to follows it.
 */
public final class RunWriter {
  /** The longest run that is written. */
  private static final int MOST_RUN = 4096;

  private static final int FLUSH_BYTES = 1 << 16;

  private final OutputStream out;
  private final RefText text = new RefText();
  private final RefText data = new RefText();
  private final long[] totals = new long[RefKind.COUNT];
  private long start;
  private long end;
  private int count;

  /**
   * @param out not closed here
   */
  public RunWriter(OutputStream out) {
    this.out = out;
  }

  /** Writes all that a reader gives, and the totals. */
  public void write(RefReader reader) throws IOException {
    RefBatch batch = new RefBatch();
    boolean first = true;
    while (reader.next(batch)) {
      if (first && !reader.command().isEmpty()) {
        out.write(("#cmd " + reader.command() + "\n").getBytes(StandardCharsets.ISO_8859_1));
      }
      first = false;
      for (int i = 0; i < batch.size; i++) {
        add(batch, i);
      }
    }
    flushRun();
    flush();
    String line =
        String.format(
            Locale.ROOT,
            "#end refs=%d I=%d L=%d S=%d M=%d\n",
            totals[0] + totals[1] + totals[2] + totals[3],
            totals[RefKind.CODE],
            totals[RefKind.LOAD],
            totals[RefKind.STORE],
            totals[RefKind.MODIFY]);
    out.write(line.getBytes(StandardCharsets.US_ASCII));
  }

  private void add(RefBatch batch, int i) throws IOException {
    int kind = batch.kinds[i];
    long address = batch.addresses[i];
    totals[kind] += batch.counts[i];
    if (kind != RefKind.CODE) {
      data.add(kind, address, batch.bytes[i], 1);
    } else if (count > 0 && address == end && count + batch.counts[i] <= MOST_RUN) {
      end += batch.bytes[i];
      count += batch.counts[i];
    } else {
      flushRun();
      start = address;
      end = address + batch.bytes[i];
      count = batch.counts[i];
    }
  }

  private void flushRun() throws IOException {
    if (count > 0) {
      text.add(RefKind.CODE, start, (int) (end - start), count);
    }
    text.add(data);
    data.clear();
    count = 0;
    if (text.length() > FLUSH_BYTES) {
      flush();
    }
  }

  private void flush() throws IOException {
    text.writeTo(out);
    text.clear();
  }
}
