package dev.quarry.cli;

import dev.quarry.replay.calls.StraceReader;
import dev.quarry.replay.faults.ProcessReplay;
import dev.quarry.replay.read.ByteSource;
import dev.quarry.replay.read.RecordingFiles;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** What {@code quarry replay} may be given; each kind knows its own. The first that does is it. */
enum InputKind {
  /** A folder with page faults and calls of processes. */
  FAULTS {
    @Override
    boolean isIt(Path input) {
      return ProcessReplay.isFaultRecording(input);
    }
  },
  /** System calls as strace writes them. */
  STRACE {
    @Override
    boolean isIt(Path input) {
      return Files.isRegularFile(input) && StraceReader.looksLikeIt(head(input));
    }
  },
  /** References to memory; says what is wrong with a file that is of no kind. */
  REFERENCES {
    @Override
    boolean isIt(Path input) {
      return RefReplayWork.isReferences(input);
    }
  },
  /** All else: a recording of page events, or a file of them. */
  PAGES {
    @Override
    boolean isIt(Path input) {
      return true;
    }
  };

  private static final int HEAD_BYTES = 1 << 14;

  abstract boolean isIt(Path input);

  static InputKind of(Path input) {
    return Stream.of(values()).filter(kind -> kind.isIt(input)).findFirst().orElseThrow();
  }

  /** The first bytes of a file, unpacked, as text. */
  private static String head(Path input) {
    try (ByteSource source = ByteSource.openByContent(input, RecordingFiles.nameOf(input))) {
      return new String(source.peek(HEAD_BYTES), StandardCharsets.ISO_8859_1);
    }
  }
}
