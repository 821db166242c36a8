package dev.quarry.replay.compact;

import dev.quarry.replay.read.RecordingException;

/**
 * The events of one block: tables, notes, and two halves in columns. One object is filled anew for
 * each block.
 *
 * <pre>
 *   requests, outcomes, first line, clock, duration, last frame, width of a shape's number
 *   slots    n, then kind (1 byte), CPU, base                      no base: a request that failed
 *   shapes   n, then slot, thread, fields of the kind
 *   notes    n, then requests and outcomes since the note before, length, bytes
 *   order    a bit for each event, lowest first: 0 a request, 1 an outcome
 *   requests {@link Columns}
 *   outcomes {@link Columns}
 * </pre>
 *
 * <p>Numbers are varints where nothing else is said. The clock is the time of the line before the
 * first event, the duration leads from there to the last one; the last frame is the highest that an
 * event of the block touches.
 */
public final class EventBlock {
  private static final int WIDEST = 2;

  private final Shapes shapes = new Shapes();
  private final Notes notes;
  private final Columns requests;
  private final Columns outcomes;
  private Block block;
  private long firstLine;
  private long clockMicros;
  private long durationMicros;
  private int lastFrame;
  private int orderAt;
  private int nrOutcomes;
  private int width;
  private int outcomesAt;

  /** For the blocks of a file; holds none at first. */
  public EventBlock(Block block) {
    this.block = block;
    this.notes = new Notes(block);
    this.requests = new Columns(block);
    this.outcomes = new Columns(block);
  }

  /**
   * Takes a block of type {@link CompactForm#EVENTS}.
   *
   * @throws dev.quarry.replay.read.RecordingException if it contradicts itself
   */
  public void read(Block newBlock) {
    block = newBlock;
    PayloadReader in = new PayloadReader(block, 0);
    int nrRequests = in.number("requests", CompactForm.MAX_EVENTS);
    nrOutcomes = in.number("outcomes", CompactForm.MAX_EVENTS);
    if (nrRequests + nrOutcomes != block.events) {
      throw block.error(
          "its halves have " + (nrRequests + nrOutcomes) + " events, its header " + block.events);
    }
    firstLine = in.longNumber("first line");
    clockMicros = in.signedNumber("clock");
    durationMicros = in.longNumber("duration");
    lastFrame = in.number("last frame", Integer.MAX_VALUE);
    width = in.unsignedByte("width of a shape's number", WIDEST);
    shapes.read(in, block, lastFrame);
    notes.read(in, block);
    orderAt = in.take((block.events + 7) / 8, "the order of the halves");
    requests.read(in, block, shapes, nrRequests, width, clockMicros);
    outcomesAt = in.position();
  }

  /** How many events the block has. */
  public int events() {
    return block.events;
  }

  /** The events that are requests. */
  public Columns requests() {
    return requests;
  }

  /** Decodes the events that are outcomes. Who needs requests only can do without. */
  public Columns outcomes() {
    PayloadReader in = new PayloadReader(block, outcomesAt);
    outcomes.read(in, block, shapes, nrOutcomes, width, clockMicros);
    if (in.left() != 0) {
      throw block.error(in.left() + " bytes are left behind the outcomes");
    }
    checkOrder();
    return outcomes;
  }

  private void checkOrder() {
    int found = 0;
    for (int i = 0; i < block.events; i++) {
      found += isOutcome(i) ? 1 : 0;
    }
    if (found != nrOutcomes) {
      throw block.error("its order has " + found + " outcomes, not " + nrOutcomes);
    }
  }

  /** Whether the event of this number, from 0 on, is an outcome. */
  public boolean isOutcome(int event) {
    return (block.payload[orderAt + (event >> 3)] >> (event & 7) & 1) != 0;
  }

  /** What the numbers of shapes mean. */
  public Shapes shapes() {
    return shapes;
  }

  /** The lines that are no events. */
  public Notes notes() {
    return notes;
  }

  /** Number of the block's first line in the text, from 1. */
  public long firstLine() {
    return firstLine;
  }

  /** From when the first step counts, in microseconds. */
  public long clockMicros() {
    return clockMicros;
  }

  /** When the last event was, in microseconds. */
  public long endMicros() {
    return clockMicros + durationMicros;
  }

  /** No event of the block touches a higher frame. */
  public int lastFrame() {
    return lastFrame;
  }

  /** An error in this block. */
  public RecordingException error(String text) {
    return block.error(text);
  }
}
