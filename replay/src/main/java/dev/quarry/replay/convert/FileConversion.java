package dev.quarry.replay.convert;

import dev.quarry.replay.compact.CompactForm;
import dev.quarry.replay.compact.CompactInput;
import dev.quarry.replay.compact.CompactOutput;
import dev.quarry.replay.convert.Conversion.Form;
import dev.quarry.replay.convert.Conversion.Result;
import dev.quarry.replay.read.ByteSource;
import dev.quarry.replay.read.Packing;
import dev.quarry.replay.read.RecordingException;
import dev.quarry.replay.read.UnreadableException;
import dev.quarry.replay.recording.EventPolicy;
import dev.quarry.replay.recording.PageEventOptions;
import dev.quarry.replay.recording.PageEvents;
import dev.quarry.replay.refs.RefLine;
import dev.quarry.replay.refs.RefReader;
import dev.quarry.replay.refs.RunWriter;
import dev.quarry.replay.trace.EventFile;
import dev.quarry.replay.trace.TraceEventReader;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/** Writes one file from the events of another. */
final class FileConversion {
  private static final int BUFFER_BYTES = 1 << 16;
  private static final int PEEKED_BYTES = 1 << 16;

  private final EventFile source;
  private final Path target;
  private final String targetName;
  private final boolean zstd;
  private final List<String> notes = new ArrayList<>();

  /**
   * @param target must not be there
   * @param targetName what it will be called: packed as this says
   */
  FileConversion(EventFile source, Path target, String targetName, boolean zstd) {
    this.source = source;
    this.target = target;
    this.targetName = targetName;
    this.zstd = zstd;
  }

  Result run(Form to) throws IOException {
    LineCounter text = write(to);
    if (to == Form.COMPACT) {
      verify(text.bytes());
    }
    return new Result(
        source.words(),
        to,
        text.events(),
        text.lines(),
        text.bytes(),
        source.source().fileBytes(),
        Files.size(target),
        notes);
  }

  private LineCounter write(Form to) throws IOException {
    try (OutputStream file =
            Files.newOutputStream(target, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        OutputStream packed =
            Packing.ofName(targetName).pack(new BufferedOutputStream(file, BUFFER_BYTES))) {
      if (to == Form.TEXT) {
        LineCounter text = new LineCounter(packed);
        copyText(text);
        packed.flush();
        return text;
      }
      try (LineEncoder encoder = encoder(packed)) {
        LineCounter text = new LineCounter(encoder);
        copyText(text);
        return text;
      }
    }
  }

  private LineEncoder encoder(OutputStream packed) throws IOException {
    CompactOutput compact = new CompactOutput(packed, content(), zstd);
    if (source.isReferences()) {
      return new RefEncoder(compact);
    }
    return source.isSlab() ? new SlabEncoder(compact) : new CompactEncoder(compact);
  }

  private int content() {
    if (source.isReferences()) {
      return CompactForm.REFERENCES;
    }
    return source.isSlab() ? CompactForm.SLAB_EVENTS : CompactForm.PAGE_EVENTS;
  }

  private void copyText(OutputStream text) throws IOException {
    switch (source.form()) {
      case TEXT, SLAB_TEXT -> copyBytes(text);
      case COMPACT, SLAB_COMPACT, REFERENCES_COMPACT -> copyCompact(text);
      case REFERENCES -> copyReferences(text);
      case TRACE -> copyTrace(text);
    }
  }

  private void copyBytes(OutputStream text) throws IOException {
    byte[] buffer = new byte[BUFFER_BYTES];
    ByteSource bytes = source.source();
    try {
      for (int n; (n = bytes.read(buffer, 0, buffer.length)) >= 0; ) {
        text.write(buffer, 0, n);
      }
    } catch (UnreadableException e) {
      throw new RecordingException(bytes.name(), e.text());
    }
  }

  private void copyCompact(OutputStream text) throws IOException {
    try (CompactInput input = CompactInput.open(source.source(), content())) {
      new CompactDecoder(input, source.source().name()).copyTo(text);
    }
  }

  /** As they are, if they are in runs; what lackey prints is put into runs. */
  private void copyReferences(OutputStream text) throws IOException {
    if (!RefLine.isLackey(source.source().peek(PEEKED_BYTES))) {
      copyBytes(text);
      return;
    }
    try (RefReader reader = source.references(false)) {
      new RunWriter(text).write(reader);
      notes.addAll(reader.problems().report());
    }
  }

  private void copyTrace(OutputStream text) throws IOException {
    PageEventOptions options = PageEventOptions.of(EventPolicy.LENIENT, _ -> 0);
    try (PageEvents events = source.events(options, false)) {
      new EventTextWriter(text).write(events);
      notes.addAll(events.problems().report());
      if (events instanceof TraceEventReader trace && trace.otherLines() > 0) {
        notes.add("lines of other events, passed over: " + trace.otherLines());
      }
    }
  }

  /** Reads back what was written: every block's checksum, and that of the text. */
  private void verify(long textBytes) throws IOException {
    ByteSource written = ByteSource.openByContent(target, targetName);
    try (CompactInput input = CompactInput.open(written, content())) {
      new CompactDecoder(input, targetName).copyTo(OutputStream.nullOutputStream());
      if (input.textBytes() != textBytes) {
        throw new IllegalStateException(
            targetName + " stands for " + input.textBytes() + " bytes, not " + textBytes);
      }
    }
  }
}
