package dev.quarry.replay.compact;

import java.io.IOException;
import java.util.HashMap;
import java.util.Map;

/** Collects references and writes them as a block; the other side of {@link RefBlock}. */
public final class RefBlockBuilder {
  /** Shapes, lengths, deltas and rare shapes of one event take no more. */
  private static final int MOST_EVENT_BYTES = 24;

  private record Shape(int kind, int bytes, int count) {}

  private final Map<Shape, Integer> shapes = new HashMap<>();
  private final PayloadWriter table = new PayloadWriter();
  private final PayloadWriter numbers = new PayloadWriter();
  private final LongDeltasBuilder deltas = new LongDeltasBuilder();
  private final PayloadWriter rare = new PayloadWriter();
  private final PayloadWriter payload = new PayloadWriter();
  private long firstLine;
  private long codeBase;
  private long dataBase;
  private long code;
  private long data;
  private int events;

  /** An empty block. */
  public RefBlockBuilder() {}

  /** Whether it has no events. */
  public boolean isEmpty() {
    return events == 0;
  }

  /** Whether another event fits. */
  public boolean hasRoom() {
    int bytes = table.length() + numbers.length() + deltas.bytes() + rare.length();
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
      deltas.add(address - code);
      code = address + bytes;
    } else {
      deltas.add(address - data);
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

  /** Writes the block and empties this. */
  public void write(CompactOutput out) throws IOException {
    payload.clear();
    payload.number(events);
    payload.number(firstLine);
    payload.signedNumber(codeBase);
    payload.signedNumber(dataBase);
    payload.number(shapes.size());
    payload.put(table);
    payload.number(rare.length());
    payload.put(numbers);
    deltas.write(payload);
    payload.put(rare);
    out.block(CompactForm.EVENTS, payload, events);
    shapes.clear();
    for (PayloadWriter column : new PayloadWriter[] {table, numbers, rare}) {
      column.clear();
    }
    events = 0;
  }
}
