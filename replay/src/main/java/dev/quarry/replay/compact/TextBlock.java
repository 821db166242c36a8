package dev.quarry.replay.compact;

import java.util.Arrays;

/**
 * A block of lines as they are, with what their numbers count from.
 *
 * <pre>
 *   first line, clock
 *   slots    n, then kind (1 byte), CPU, frame from which the next of them counts (signed)
 *   text     to the end of the payload
 * </pre>
 *
 * <p>All lines are whole but for the last one of the file. A giant line has blocks of its own:
 *
 * <pre>
 *   first    1 byte: 1 if the line begins here, 0 if the block before goes on
 *   line     its number
 *   text     to the end of the payload; the last piece has the line's end, if it has one
 * </pre>
 */
public final class TextBlock {
  private final Block block;
  private final boolean begins;
  private final long firstLine;
  private final long clockMicros;
  private final PayloadReader slots;
  private final int nrSlots;
  private final int textAt;

  /** Takes what one of the slots counts from. */
  @FunctionalInterface
  public interface SlotConsumer {
    /** The frame from which the next event of this kind on this CPU counts. */
    void accept(EventMark mark, int cpu, long pfn);
  }

  /** Reads a block of type {@link CompactForm#TEXT} or {@link CompactForm#GIANT}. */
  public TextBlock(Block block) {
    this.block = block;
    PayloadReader in = new PayloadReader(block, 0);
    boolean giant = block.type == CompactForm.GIANT;
    begins = !giant || in.unsignedByte("mark of a first piece", 1) == 1;
    firstLine = in.longNumber("first line");
    clockMicros = giant ? 0 : in.signedNumber("clock");
    nrSlots = giant ? 0 : in.number("slots", block.length);
    slots = new PayloadReader(block, in.position());
    forEachSlot(in, (_, _, _) -> {});
    textAt = in.position();
  }

  /** Whether its text begins a line: always, but for later pieces of a giant line. */
  public boolean begins() {
    return begins;
  }

  /** Number of the first line, from 1. */
  public long firstLine() {
    return firstLine;
  }

  /** The time from which the first line counts, in microseconds. */
  public long clockMicros() {
    return clockMicros;
  }

  /** What the frames of the lines count from; to be asked once. */
  public void forEachSlot(SlotConsumer consumer) {
    forEachSlot(slots, consumer);
  }

  private void forEachSlot(PayloadReader in, SlotConsumer consumer) {
    for (int i = 0; i < nrSlots; i++) {
      EventMark mark = EventMark.of(in.unsignedByte("kind", EventMark.count() - 1));
      int cpu = in.number("CPU", Shapes.MAX_CPU);
      consumer.accept(mark, cpu, in.signedNumber("frame"));
    }
  }

  /** The array that holds the text. */
  public byte[] array() {
    return block.payload;
  }

  /** Where in the array the text begins. */
  public int textAt() {
    return textAt;
  }

  /** How many bytes it has. */
  public int textLength() {
    return block.length - textAt;
  }

  /** The text. */
  public byte[] text() {
    return Arrays.copyOfRange(block.payload, textAt, block.length);
  }
}
