package dev.quarry.replay.compact;

import java.io.IOException;
import java.util.HashMap;
import java.util.Map;

/** Collects references and writes them as a block; the other side of {@link RefBlock}. */
public final class RefBlockBuilder {
  private static final int NIBBLE = 4;

  /** Shapes, lengths, deltas and rare shapes of one event take no more. */
  private static final int MOST_EVENT_BYTES = 24;

  private record Shape(int kind, int bytes, int count) {}

  private final Map<Shape, Integer> shapes = new HashMap<>();
  private final PayloadWriter table = new PayloadWriter();
  private final PayloadWriter numbers = new PayloadWriter();
  private final PayloadWriter lengths = new PayloadWriter();
  private final PayloadWriter deltas = new PayloadWriter();
  private final PayloadWriter rare = new PayloadWriter();
  private final PayloadWriter payload = new PayloadWriter();
  private long firstLine;
  private long codeBase;
  private long dataBase;
  private long code;
  private long data;
  private int events;
  private int halfLength;

  /** An empty block. */
  public RefBlockBuilder() {}

  /** Whether it has no events. */
  public boolean isEmpty() {
    return events == 0;
  }

  /** Whether another event fits. */
  public boolean hasRoom() {
    int bytes =
        table.length() + numbers.length() + lengths.length() + deltas.length() + rare.length();
    return events < CompactForm.MAX_EVENTS
        && bytes + 4 * MOST_EVENT_BYTES <= CompactForm.MAX_PAYLOAD_BYTES;
  }

  /** Begins a block with this line. */
  public void begin(long line) {
    firstLine = line;
    codeBase = code;
    dataBase = data;
  }

  /** Adds a reference. */
  public void add(int kind, long address, int bytes, int count) {
    int shape = shape(kind, bytes, count);
    numbers.put(shape);
    if (shape == RefBlock.RARE) {
      putShape(rare, kind, bytes, count);
    }
    if (kind == RefBlock.CODE) {
      putDelta(address - code);
      code = address + bytes;
    } else {
      putDelta(address - data);
      data = address;
    }
    events++;
  }

  private int shape(int kind, int bytes, int count) {
    Shape wanted = new Shape(kind, bytes, count);
    Integer known = shapes.get(wanted);
    if (known != null) {
      return known;
    }
    int number = shapes.size();
    if (number == RefBlock.RARE) {
      return RefBlock.RARE;
    }
    shapes.put(wanted, number);
    putShape(table, kind, bytes, count);
    return number;
  }

  private static void putShape(PayloadWriter to, int kind, int bytes, int count) {
    to.put(kind);
    to.number(bytes);
    if (kind == RefBlock.CODE) {
      to.number(count);
    }
  }

  private void putDelta(long delta) {
    long zigzag = (delta << 1) ^ (delta >> (Long.SIZE - 1));
    int length = (Long.SIZE - Long.numberOfLeadingZeros(zigzag) + Byte.SIZE - 1) / Byte.SIZE;
    for (int i = 0; i < length; i++) {
      deltas.put((int) (zigzag >>> (Byte.SIZE * i)));
    }
    if ((events & 1) == 0) {
      halfLength = length;
    } else {
      lengths.put(halfLength | (length << NIBBLE));
    }
  }

  /** Writes the block and empties this. */
  public void write(CompactOutput out) throws IOException {
    if ((events & 1) != 0) {
      lengths.put(halfLength);
    }
    payload.clear();
    payload.number(events);
    payload.number(firstLine);
    payload.signedNumber(codeBase);
    payload.signedNumber(dataBase);
    payload.number(shapes.size());
    payload.put(table);
    payload.number(rare.length());
    payload.put(numbers);
    payload.put(lengths);
    payload.put(deltas);
    payload.put(rare);
    out.block(CompactForm.EVENTS, payload, events);
    shapes.clear();
    for (PayloadWriter column : new PayloadWriter[] {table, numbers, lengths, deltas, rare}) {
      column.clear();
    }
    events = 0;
  }
}
