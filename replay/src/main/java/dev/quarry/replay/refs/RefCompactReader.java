package dev.quarry.replay.refs;

import dev.quarry.replay.compact.Block;
import dev.quarry.replay.compact.CompactForm;
import dev.quarry.replay.compact.CompactInput;
import dev.quarry.replay.compact.RefBlock;
import dev.quarry.replay.compact.TextBlock;
import dev.quarry.replay.read.ByteSource;

/**
 * References in the compact form: the same references and problems as the text that it stands for.
 */
public final class RefCompactReader implements RefReader {
  private final CompactInput input;
  private final RefBlock block;
  private final RefProblems problems;
  private final RefLines lines;

  /** A block of text that is not read to its end; empty: none. */
  private byte[] text = {};

  private int at;
  private long line;

  /**
   * For a file.
   *
   * @param source closed with this
   * @param strict whether the first wrong line ends the reading
   */
  public RefCompactReader(ByteSource source, boolean strict) {
    this.problems = new RefProblems(source.name(), strict);
    this.lines = new RefLines(problems);
    this.input = CompactInput.open(source, CompactForm.REFERENCES);
    this.block = new RefBlock(input.block());
  }

  @Override
  public boolean next(RefBatch batch) {
    batch.size = 0;
    while (batch.size == 0) {
      if (at < text.length) {
        readText(batch);
      } else if (!nextBlock(batch)) {
        return false;
      }
    }
    return true;
  }

  private boolean nextBlock(RefBatch batch) {
    if (!input.next()) {
      return false;
    }
    Block stored = input.block();
    switch (stored.type()) {
      case CompactForm.EVENTS -> readEvents(stored, batch);
      case CompactForm.TEXT -> {
        TextBlock part = new TextBlock(stored);
        text = part.text();
        at = 0;
        line = part.firstLine() - 1;
      }
      default -> {
        TextBlock piece = new TextBlock(stored);
        if (piece.begins()) {
          problems.addLongLine(piece.firstLine());
        }
      }
    }
    return true;
  }

  private void readEvents(Block stored, RefBatch batch) {
    int size = block.read(stored, batch.kinds, batch.addresses, batch.bytes, batch.counts);
    for (int i = 0; i < size; i++) {
      long address = batch.addresses[i];
      int bytes = batch.bytes[i];
      if (address < 0
          || address > RefLines.USER_END - bytes
          || !RefLines.isPossible(batch.kinds[i], bytes, batch.counts[i])) {
        throw block.error("event " + i + " is no reference that text could have");
      }
    }
    batch.size = size;
    lines.saw(batch);
  }

  private void readText(RefBatch batch) {
    while (at < text.length && !batch.isFull()) {
      int stop = at;
      while (stop < text.length && text[stop] != '\n') {
        stop++;
      }
      line++;
      lines.read(text, at, stop, line, batch);
      at = stop + 1;
    }
  }

  @Override
  public RefProblems problems() {
    return problems;
  }

  @Override
  public String command() {
    return lines.command();
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
