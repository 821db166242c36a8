package dev.quarry.replay.recording;

import dev.quarry.replay.compact.Block;
import dev.quarry.replay.compact.BlockText;
import dev.quarry.replay.compact.Columns;
import dev.quarry.replay.compact.CompactForm;
import dev.quarry.replay.compact.CompactInput;
import dev.quarry.replay.compact.EventBlock;
import dev.quarry.replay.compact.Notes;
import dev.quarry.replay.compact.TextBlock;
import dev.quarry.replay.read.ByteSource;
import org.jspecify.annotations.Nullable;

/**
 * Page events in their compact form, {@code ev.K.qk}: the same events, names and problems as the
 * text that it stands for would give. A block of text, or one with something that the options do
 * not allow, is read as text.
 */
final class CompactEventReader extends PageEvents {
  private static final int NO_MORE_NOTES = Integer.MAX_VALUE;

  private final CompactInput input;
  private final EventBlock block;
  private final ShapeTable table;
  private final boolean requestsOnly;
  private final BlockText blockText = new BlockText();
  private final TextState state = new TextState();
  private @Nullable PageEventReader text;
  private Columns requests;
  private Columns outcomes;
  private boolean inColumns;
  private int nrEvents;
  private int position;
  private int nextRequest;
  private int nextOutcome;
  private int note;
  private int nextNoteAt = NO_MORE_NOTES;

  /**
   * Begins to read.
   *
   * @param source closed with this
   * @param requestsOnly whether outcomes are passed over
   * @throws dev.quarry.replay.read.RecordingException if it is not in the compact form
   */
  CompactEventReader(ByteSource source, PageEventOptions options, boolean requestsOnly) {
    super(source.name(), options);
    this.input = CompactInput.open(source, CompactForm.PAGE_EVENTS);
    this.block = new EventBlock(input.block());
    this.table = new ShapeTable(headers, options);
    this.requestsOnly = requestsOnly;
    this.requests = block.requests();
    this.outcomes = block.requests();
  }

  @Override
  public boolean next() {
    while (true) {
      if (position < nrEvents) {
        nextOfColumns();
        return true;
      }
      if (text != null && text.next()) {
        return true;
      }
      leaveBlock();
      if (!input.next()) {
        return false;
      }
      enterBlock(input.block());
    }
  }

  @Override
  int framesAhead(int[] pfns) {
    int count = requestsOnly ? Math.min(pfns.length, nrEvents - position) : 0;
    for (int i = 0; i < count; i++) {
      pfns[i] = requests.pfn(nextRequest + i);
    }
    return count;
  }

  private void nextOfColumns() {
    if (position >= nextNoteAt) {
      passNotes(position);
    }
    if (requestsOnly || !block.isOutcome(position)) {
      take(requests, nextRequest++);
    } else {
      take(outcomes, nextOutcome++);
    }
    position++;
  }

  private void take(Columns half, int index) {
    EventShape shape = table.get(half.shape(index));
    event.shape = shape;
    event.timeMicros = Math.max(event.timeMicros, half.micros(index));
    event.pfn = shape.kind == PageEventKind.ALLOC_FAILED ? PageEvent.NO_PFN : half.pfn(index);
  }

  private void enterBlock(Block stored) {
    if (stored.type() == CompactForm.EVENTS) {
      enterEvents(stored);
    } else {
      enterText(new TextBlock(stored), stored.type() == CompactForm.GIANT);
    }
  }

  private void enterEvents(Block stored) {
    block.read(stored);
    note = 0;
    while (note < block.notes().count() && block.notes().eventsBefore(note) == 0) {
      passNote();
    }
    nextNoteAt = nextNoteAt();
    if (block.events() > 0) {
      headers.eventSeen(block.firstLine() + note);
    }
    if (table.read(block)) {
      inColumns = true;
      requests = block.requests();
      outcomes = requestsOnly ? requests : block.outcomes();
      nrEvents = requestsOnly ? requests.count() : block.events();
    } else {
      readAsText();
    }
  }

  /** Lets the reader of text find what is wrong with which line. */
  private void readAsText() {
    state.setClock(block.clockMicros());
    block.shapes().forEachSlot((mark, cpu, pfn) -> state.setLast(PageEventKind.of(mark), cpu, pfn));
    blockText.read(block, note);
    long lineBefore = block.firstLine() + note - 1;
    text = new PageEventReader(this, blockText.array(), blockText.length(), lineBefore, state);
    note = block.notes().count();
  }

  private void enterText(TextBlock lines, boolean giant) {
    if (giant) {
      if (lines.begins()) {
        EventLines.tooLong(problems, lines.firstLine());
      }
      return;
    }
    state.setClock(lines.clockMicros());
    lines.forEachSlot((mark, cpu, pfn) -> state.setLast(PageEventKind.of(mark), cpu, pfn));
    byte[] bytes = lines.text();
    text = new PageEventReader(this, bytes, bytes.length, lines.firstLine() - 1, state);
  }

  /** What stands behind the last event that was wanted. */
  private void leaveBlock() {
    if (inColumns) {
      passNotes(NO_MORE_NOTES);
      event.timeMicros = Math.max(event.timeMicros, block.endMicros());
    }
    inColumns = false;
    nrEvents = 0;
    position = 0;
    nextRequest = 0;
    nextOutcome = 0;
    text = null;
  }

  /** Reads the notes that stand before an event of those that are wanted. */
  private void passNotes(int before) {
    while (nextNoteAt() <= before && note < block.notes().count()) {
      passNote();
    }
    nextNoteAt = nextNoteAt();
  }

  private void passNote() {
    byte[] line = block.notes().line(note);
    long lineBefore = block.firstLine() + block.notes().eventsBefore(note) + note - 1;
    note++;
    new PageEventReader(this, line, line.length, lineBefore, state).next();
  }

  private int nextNoteAt() {
    return note < block.notes().count() ? standsAt(note) : NO_MORE_NOTES;
  }

  private int standsAt(int index) {
    Notes notes = block.notes();
    return requestsOnly ? notes.requestsBefore(index) : notes.eventsBefore(index);
  }

  @Override
  public long line() {
    if (text != null) {
      return text.line();
    }
    int before = requestsOnly ? eventsBefore(position - 1) : position - 1;
    return block.firstLine() + note + before;
  }

  /** How many events of the block stand before a request. */
  private int eventsBefore(int request) {
    int left = request;
    int at = 0;
    while (at < block.events() && (block.isOutcome(at) || left-- > 0)) {
      at++;
    }
    return at;
  }

  @Override
  public long fileBytes() {
    return input.fileBytes();
  }

  @Override
  public long fileBytesRead() {
    return input.fileBytesRead();
  }

  @Override
  public void close() {
    input.close();
  }
}
