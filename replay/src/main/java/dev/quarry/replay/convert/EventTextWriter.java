package dev.quarry.replay.convert;

import dev.quarry.replay.compact.EventLine;
import dev.quarry.replay.compact.EventMark;
import dev.quarry.replay.recording.PageEvent;
import dev.quarry.replay.recording.PageEvents;
import dev.quarry.replay.recording.TextState;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/** Writes events of any form as lines of the text form. */
final class EventTextWriter {
  private static final int MICROS = 1_000_000;

  private final OutputStream out;
  private final TextState state = new TextState();
  private final EventLine line = new EventLine();
  private final byte[] buffer = new byte[EventLine.MAX_BYTES];
  private final Map<Integer, String> comms = new HashMap<>();
  private final Map<String, Integer> gfps = new HashMap<>();
  private boolean begun;

  EventTextWriter(OutputStream out) {
    this.out = out;
  }

  /** Writes all events. */
  void write(PageEvents events) throws IOException {
    while (events.next()) {
      PageEvent event = events.event();
      begin(event.timeMicros());
      comm(event.tid(), events.comm(event.tid()));
      event(event);
    }
  }

  private void begin(long micros) throws IOException {
    if (!begun) {
      begun = true;
      state.setClock(micros);
      text(String.format(Locale.ROOT, "#t0 %d.%06d\n", micros / MICROS, micros % MICROS));
    }
  }

  private void comm(int tid, String name) throws IOException {
    if (!name.isEmpty() && !name.equals(comms.put(tid, name))) {
      text("#comm " + tid + " " + name + "\n");
    }
  }

  private int gfp(String names) throws IOException {
    Integer known = gfps.putIfAbsent(names, gfps.size());
    if (known != null) {
      return known;
    }
    text("#gfp " + (gfps.size() - 1) + " " + names + "\n");
    return gfps.size() - 1;
  }

  private void event(PageEvent event) throws IOException {
    EventMark mark = EventMark.of(event.kind().ordinal());
    int gfp = mark == EventMark.ALLOC || mark == EventMark.ALLOC_FAILED ? gfp(event.gfpNames()) : 0;
    long step = event.timeMicros() - state.clockMicros();
    long delta = mark.hasFrame() ? event.pfn() - state.last(event.kind(), event.cpu()) : 0;
    state.setClock(event.timeMicros());
    state.advance(event.kind(), event.cpu(), delta);
    line.set(mark, step, event.cpu(), event.tid(), (int) delta);
    switch (mark) {
      case ALLOC, ALLOC_FAILED -> fields(event.order(), event.migrateType(), gfp);
      case FREE -> fields(event.order());
      case FREE_BATCHED -> {}
      case ZONE_LOCKED -> fields(event.order(), event.migrateType(), event.percpuRefill() ? 1 : 0);
      case PCPU_DRAIN -> fields(event.order(), event.migrateType());
      case FALLBACK ->
          fields(
              event.order(),
              event.fallbackOrder(),
              event.migrateType(),
              event.fallbackType(),
              event.changeOwnership() ? 1 : 0);
    }
    out.write(buffer, 0, line.write(buffer, 0));
  }

  private void fields(int... values) {
    for (int i = 0; i < values.length; i++) {
      line.field(i, values[i]);
    }
  }

  private void text(String text) throws IOException {
    out.write(text.getBytes(StandardCharsets.UTF_8));
  }
}
