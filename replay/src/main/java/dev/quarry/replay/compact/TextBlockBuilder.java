package dev.quarry.replay.compact;

import java.io.IOException;

/** Collects the lines of a block of text, and writes it; the other side of {@link TextBlock}. */
public final class TextBlockBuilder {
  private final PayloadWriter slots = new PayloadWriter();
  private final PayloadWriter text = new PayloadWriter();
  private final PayloadWriter payload = new PayloadWriter();
  private long firstLine;
  private long clockMicros;
  private int nrSlots;

  private static final int FIXED_BYTES = 64;

  /** An empty block. */
  public TextBlockBuilder() {}

  /** Begins a block with this line and the time from which it counts. */
  public void begin(long line, long micros) {
    firstLine = line;
    clockMicros = micros;
  }

  /** Whether it has no text. */
  public boolean isEmpty() {
    return text.length() == 0;
  }

  /** How much text it has. */
  public int textBytes() {
    return text.length();
  }

  /** Whether another line fits. */
  public boolean hasRoom(int length) {
    return FIXED_BYTES + slots.length() + text.length() + length <= CompactForm.MAX_PAYLOAD_BYTES;
  }

  /** Says what the lines of a slot count from. */
  public void slot(EventMark mark, int cpu, long pfn) {
    slots.put(mark.ordinal());
    slots.number(cpu);
    slots.signedNumber(pfn);
    nrSlots++;
  }

  /** Adds a line with its end. */
  public void line(byte[] bytes, int start, int length) {
    text.put(bytes, start, length);
  }

  /** Writes the block and empties this. */
  public void write(CompactOutput out) throws IOException {
    payload.clear();
    payload.number(firstLine);
    payload.signedNumber(clockMicros);
    payload.number(nrSlots);
    payload.put(slots);
    payload.put(text);
    out.block(CompactForm.TEXT, payload, 0);
    slots.clear();
    text.clear();
    nrSlots = 0;
  }

  /** Writes a piece of a giant line. */
  public void giant(CompactOutput out, boolean begins, long line, byte[] bytes, int length)
      throws IOException {
    payload.clear();
    payload.put(begins ? 1 : 0);
    payload.number(line);
    payload.put(bytes, 0, length);
    out.block(CompactForm.GIANT, payload, 0);
  }
}
