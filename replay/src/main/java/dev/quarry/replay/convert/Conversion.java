package dev.quarry.replay.convert;

import java.util.List;
import java.util.Optional;

/**
 * How a file or a folder is to be converted.
 *
 * @param to the form; empty for the other one than the file has
 * @param zstd whether the blocks of the compact form are packed
 * @param force whether what has the target's name may be replaced
 */
public record Conversion(Optional<Form> to, boolean zstd, boolean force) {
  /** The two forms of page events that a recording may have. */
  public enum Form {
    TEXT,
    COMPACT
  }

  /**
   * What a conversion did.
   *
   * @param from the form that was found, in words
   * @param to the form that was written
   * @param events how many events the target holds in columns; in the text form, how many lines
   * @param lines lines of the text form, events and others
   * @param textBytes size of the text form
   * @param bytesBefore size of the source on the disk
   * @param bytesAfter size of the target on the disk
   * @param notes what was left out or changed, of forms that are not the recording's own
   */
  public record Result(
      String from,
      Form to,
      long events,
      long lines,
      long textBytes,
      long bytesBefore,
      long bytesAfter,
      List<String> notes) {
    public Result {
      notes = List.copyOf(notes);
    }
  }
}
