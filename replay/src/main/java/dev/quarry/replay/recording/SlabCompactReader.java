package dev.quarry.replay.recording;

import dev.quarry.replay.compact.Block;
import dev.quarry.replay.compact.CompactForm;
import dev.quarry.replay.compact.CompactInput;
import dev.quarry.replay.compact.SlabBlock;
import dev.quarry.replay.compact.SlabBlockText;
import dev.quarry.replay.compact.SlabMark;
import dev.quarry.replay.compact.SlabShapes;
import dev.quarry.replay.compact.TextBlock;
import dev.quarry.replay.read.ByteSource;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Slab events in their compact form, {@code ev.S.qk}: the same events, names and problems as the
 * text that it stands for would give, but that a block's names are read before its first event. A
 * block with something that is not known is read as text.
 */
final class SlabCompactReader extends SlabEvents {
  private final CompactInput input;
  private final SlabBlock block;
  private final SlabBlockText blockText = new SlabBlockText();
  private SlabEvent.Shape[] shapes = {};
  private @Nullable SlabTextReader text;
  private int nrEvents;
  private int position;

  SlabCompactReader(ByteSource source, EventPolicy policy, ToIntFunction<String> gfp) {
    super(source.name(), policy, gfp);
    this.input = CompactInput.open(source, CompactForm.SLAB_EVENTS);
    this.block = new SlabBlock(input.block());
  }

  @Override
  public boolean next() {
    while (true) {
      if (position < nrEvents) {
        event.shape = shapes[block.shape(position)];
        event.timeMicros = Math.max(event.timeMicros, block.micros(position));
        event.pointer = block.pointer(position);
        position++;
        return true;
      }
      if (text != null && text.next()) {
        return true;
      }
      if (!nextBlock()) {
        return false;
      }
    }
  }

  private boolean nextBlock() {
    text = null;
    nrEvents = 0;
    position = 0;
    if (!input.next()) {
      return false;
    }
    Block stored = input.block();
    switch (stored.type()) {
      case CompactForm.EVENTS -> enterEvents(stored);
      case CompactForm.TEXT -> {
        TextBlock lines = new TextBlock(stored);
        byte[] bytes = lines.text();
        text =
            new SlabTextReader(
                this, bytes, bytes.length, lines.firstLine() - 1, lines.clockMicros());
      }
      default -> {
        TextBlock piece = new TextBlock(stored);
        if (piece.begins()) {
          EventLines.tooLong(problems, piece.firstLine());
        }
      }
    }
    return true;
  }

  private void enterEvents(Block stored) {
    block.read(stored);
    for (int note = 0; note < block.notes().count(); note++) {
      passNote(note);
    }
    if (block.events() > 0) {
      names.headers().eventSeen(block.firstLine());
    }
    if (readShapes(block.shapes())) {
      nrEvents = block.events();
    } else {
      blockText.read(block, false);
      long micros = block.clockMicros();
      text =
          new SlabTextReader(
              this, blockText.array(), blockText.length(), block.firstLine() - 1, micros);
    }
  }

  private void passNote(int note) {
    byte[] line = block.notes().line(note);
    int eventsBefore = block.notes().eventsBefore(note);
    long lineBefore = block.firstLine() + eventsBefore + note - 1;
    SlabTextReader reader =
        new SlabTextReader(this, line, line.length, lineBefore, block.clockMicros());
    boolean isEvent = reader.next();
    boolean timeSet = eventsBefore > 0 && reader.clockMicros() != block.clockMicros();
    if (isEvent || timeSet) {
      throw block.error("a note is an event, or changes the time between events");
    }
  }

  /** Takes the shapes of a block; false if one has a name that is not defined. */
  private boolean readShapes(SlabShapes from) {
    if (shapes.length < from.count()) {
      shapes = new SlabEvent.Shape[from.count()];
    }
    for (int i = 0; i < from.count(); i++) {
      SlabMark mark = from.mark(i);
      int site = field(from, i, 's');
      int cache = field(from, i, 'c');
      int gfp = field(from, i, 'g');
      boolean known =
          names.hasSite(site)
              && (mark.fieldOf('c') < 0 || names.hasCache(cache))
              && (mark.fieldOf('g') < 0 || names.headers().hasGfp(gfp));
      if (!known) {
        return false;
      }
      SlabEvent.Shape shape = new SlabEvent.Shape();
      shape.mark = mark;
      shape.cpu = from.cpu(i);
      shape.tid = from.tid(i);
      boolean sized = mark == SlabMark.KMALLOC;
      int requested = sized ? from.field(i, 0) : 0;
      int allocated = sized ? from.field(i, 1) : 0;
      SlabTextReader.fill(shape, names, requested, allocated, cache, gfp, site);
      shapes[i] = shape;
    }
    return true;
  }

  private static int field(SlabShapes from, int shape, char sort) {
    int field = from.mark(shape).fieldOf(sort);
    return field < 0 ? 0 : from.field(shape, field);
  }

  @Override
  public long line() {
    if (text != null) {
      return text.line();
    }
    int notes = 0;
    while (notes < block.notes().count() && block.notes().eventsBefore(notes) < position) {
      notes++;
    }
    return block.firstLine() + notes + position - 1;
  }

  @Override
  public void close() {
    input.close();
  }
}
