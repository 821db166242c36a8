package dev.quarry.machine;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Reads a machine's specification: a setting a line, {@code #} begins a comment.
 *
 * <pre>
 *   preset laptop                      # begin with a preset, then change it
 *   release 6.18
 *   node 0 distance=10,21
 *   cpus 0-3 node=0
 *   memory 4G-20G node=0               # RAM; what is between two ranges is a hole
 *   reserved 16M-48M kernel image
 *   zone DMA below=16M
 *   sysctl vm.min_free_kbytes=67584
 *   cost local_ns=90 zero_page_ns=300  # virtual time, see CostModel
 * </pre>
 *
 * <p>{@code docs/machine-spec.md} explains every setting.
 */
public final class MachineSpecReader {
  private static final int MOST_BYTES = 1 << 20;
  private static final int MOST_LINE = 10_000;

  private MachineSpecReader() {}

  /**
   * Reads a file.
   *
   * @throws SpecException naming file, line and both numbers
   * @throws IOException if the file cannot be read
   */
  public static MachineSpec read(Path file) throws IOException {
    String source = String.valueOf(file.getFileName());
    if (Files.isDirectory(file)) {
      throw new SpecException(source + " is a folder, not a machine's specification");
    }
    byte[] bytes;
    try (InputStream in = Files.newInputStream(file)) {
      bytes = in.readNBytes(MOST_BYTES + 1); // not the file's size: a device has none
    }
    if (bytes.length > MOST_BYTES) {
      throw new SpecException(
          source + " is too large: a specification has at most " + MOST_BYTES + " bytes");
    }
    try {
      return read(source, StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)));
    } catch (CharacterCodingException e) {
      throw new SpecException(source + " is not UTF-8 text");
    }
  }

  /**
   * Reads text.
   *
   * @param source what messages call it
   * @throws SpecException naming line and both numbers
   */
  public static MachineSpec read(String source, CharSequence text) {
    SpecDraft draft = new SpecDraft(source, source);
    int number = 0;
    for (String line : text.toString().split("\n", -1)) {
      number++;
      if (line.length() > MOST_LINE) {
        throw new SpecException(
            source, number, "the line has " + line.length() + " characters, at most " + MOST_LINE);
      }
      String setting = line.contains("#") ? line.substring(0, line.indexOf('#')) : line;
      if (!setting.isBlank()) {
        draft = apply(draft, number, List.of(setting.strip().split("\\s+")));
      }
    }
    return draft.build();
  }

  private static SpecDraft apply(SpecDraft draft, int line, List<String> words) {
    try {
      if (words.getFirst().equals("preset")) {
        return preset(draft, words);
      }
      new SpecLine(draft, line, words).apply();
      return draft;
    } catch (SpecException e) {
      throw e;
    } catch (IllegalArgumentException e) {
      throw new SpecException(draft.source, line, String.valueOf(e.getMessage()));
    }
  }

  private static SpecDraft preset(SpecDraft draft, List<String> words) {
    if (words.size() != 2) {
      throw new IllegalArgumentException("preset takes one name: preset laptop");
    }
    boolean first = draft.lines.isEmpty() && draft.memory.isEmpty() && draft.nodes.isEmpty();
    if (!first) {
      throw new IllegalArgumentException("preset must be the first setting");
    }
    SpecDraft begun = SpecDraft.of(Presets.get(words.get(1)), draft.source);
    begun.name = draft.name;
    return begun;
  }

  /** The keys that {@link #with} knows, sorted. */
  public static List<String> keys() {
    return SpecSettings.keys();
  }

  /**
   * Changes a spec by settings such as {@code ram=8G} or {@code min_free_kbytes=67584}.
   *
   * @throws SpecException naming the setting and both numbers
   */
  public static MachineSpec with(MachineSpec spec, List<String> settings) {
    SpecDraft draft = SpecDraft.of(spec, "--set");
    for (String setting : settings) {
      int equals = setting.indexOf('=');
      if (equals <= 0) {
        throw new SpecException("--set " + setting + ": a setting is written KEY=VALUE");
      }
      String key = setting.substring(0, equals);
      try {
        SpecSettings.set(draft, 0, key, setting.substring(equals + 1));
      } catch (SpecException e) {
        throw e;
      } catch (IllegalArgumentException e) {
        throw new SpecException("--set " + setting + ": " + e.getMessage());
      }
    }
    return draft.build();
  }
}
