package dev.quarry.replay.convert;

import dev.quarry.replay.compact.Block;
import dev.quarry.replay.compact.BlockText;
import dev.quarry.replay.compact.CompactForm;
import dev.quarry.replay.compact.CompactInput;
import dev.quarry.replay.compact.EventBlock;
import dev.quarry.replay.compact.RefBlock;
import dev.quarry.replay.compact.RefText;
import dev.quarry.replay.compact.SlabBlock;
import dev.quarry.replay.compact.SlabBlockText;
import dev.quarry.replay.compact.TextBlock;
import dev.quarry.replay.read.RecordingException;
import dev.quarry.replay.refs.RefBatch;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Locale;
import java.util.zip.CRC32C;

/** Gives back the text that a file in the compact form stands for, byte for byte. */
final class CompactDecoder {
  private final CompactInput input;
  private final String name;
  private final EventBlock events;
  private final BlockText blockText = new BlockText();
  private final SlabBlock slabEvents;
  private final SlabBlockText slabText = new SlabBlockText();
  private final RefBlock references;
  private final RefText refText = new RefText();
  private final RefBatch batch = new RefBatch();
  private final CRC32C checksum = new CRC32C();
  private long bytes;

  /**
   * @param name what messages call the file
   */
  CompactDecoder(CompactInput input, String name) {
    this.input = input;
    this.name = name;
    this.events = new EventBlock(input.block());
    this.slabEvents = new SlabBlock(input.block());
    this.references = new RefBlock(input.block());
  }

  /**
   * Writes the text.
   *
   * @throws RecordingException if the file is damaged; what was written by then is no whole file
   */
  void copyTo(OutputStream out) throws IOException {
    while (input.next()) {
      Block block = input.block();
      if (block.type() == CompactForm.EVENTS && input.content() == CompactForm.REFERENCES) {
        write(out, references(block).array(), 0, refText.length());
      } else if (block.type() == CompactForm.EVENTS && input.content() == CompactForm.SLAB_EVENTS) {
        slabEvents.read(block);
        slabText.read(slabEvents, true);
        write(out, slabText.array(), 0, slabText.length());
      } else if (block.type() == CompactForm.EVENTS) {
        events.read(block);
        blockText.read(events, 0);
        write(out, blockText.array(), 0, blockText.length());
      } else {
        TextBlock text = new TextBlock(block);
        write(out, text.array(), text.textAt(), text.textLength());
      }
    }
    if (bytes != input.textBytes() || (int) checksum.getValue() != input.textChecksum()) {
      throw new RecordingException(
          name,
          String.format(
              Locale.ROOT,
              "gives %d bytes of text with checksum %08x; its end says %d and %08x",
              bytes,
              (int) checksum.getValue(),
              input.textBytes(),
              input.textChecksum()));
    }
  }

  private RefText references(Block block) {
    int size = references.read(block, batch.kinds, batch.addresses, batch.bytes, batch.counts);
    refText.clear();
    for (int i = 0; i < size; i++) {
      refText.add(batch.kinds[i], batch.addresses[i], batch.bytes[i], batch.counts[i]);
    }
    return refText;
  }

  private void write(OutputStream out, byte[] text, int offset, int length) throws IOException {
    checksum.update(text, offset, length);
    bytes += length;
    out.write(text, offset, length);
  }
}
